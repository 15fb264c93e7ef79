import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { createSecondFactor } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { checkOptions } from '../lib/check-options.js';
import { key, required } from './support/required-options.js';
import type { User } from './support/required-options.js';
import { warningsOf } from './support/warnings.js';

/** What the construction with changed options throws. */
function thrownBy(change: object): Error & { code?: string; status?: number } {
  try {
    createSecondFactor<User>({ ...required(), ...change });
  } catch (error) {
    return error as Error;
  }
  throw new Error(`nothing was thrown for ${Object.keys(change).join(', ')}`);
}

/** What the check makes of options of other names. */
const NO_ORIGINS = [
  null,
  'https://a.example',
  ['a.example'],
  ['https://a.example/'],
  ['https://a.example/x'],
  ['*'],
  ['null'],
  [7],
  Array<string>(1),
];
const RESOLVED_ONLY = [
  'mountPath',
  'hasFormFields',
  'limits',
  'rememberBrowserDays',
  'brand',
  'onlyLanguage',
];

describe('check-options', () => {
  it('takes the required options alone and fills in the defaults', () => {
    const resolved = checkOptions(required());
    expect(resolved).to.deep.include({
      publicPath: '',
      pageStatus: 'problem',
      mountPath: '/two-step',
      basePath: '/two-step',
      loginPath: '/login',
      homePath: '/',
      deserializedUserIsFresh: false,
      whenCodeRequired: 'respond',
      sessionKey: 'passportSecondFactor',
      pendingSeconds: 600,
      freshSeconds: 900,
      storeTimeoutMs: 2000,
      impersonation: undefined,
      render: undefined,
      limits: { window: 1, lockout: { after: 5, waitSeconds: 30, maxWaitSeconds: 3600, hardLimit: 100 } },
    });
    expect(resolved.allowedOrigins.size).to.equal(0);
    expect(resolved.returnToOrigins.size).to.equal(0);
    expect(resolved.issuer({ id: '1', name: 'a' })).to.equal('Panel');
  });

  it('takes an explicit undefined for absent', () => {
    const names = Object.keys(checkOptions(required())).filter(
      (name) => !(name in required()) && !RESOLVED_ONLY.includes(name),
    );
    const others = ['window', 'lockout', 'rememberBrowsers', 'stylesheet'];
    const explicit = Object.fromEntries([...names, ...others].map((name) => [name, undefined]));
    expect(checkOptions({ ...required(), ...explicit }).basePath).to.equal('/two-step');
  });

  for (const name of ['passport', 'issuer', 'account', 'findUser', 'store', 'keys']) {
    it(`refuses to start without ${name}`, () => {
      const error = thrownBy({ [name]: undefined });
      expect(error.code).to.match(/^(option|store|key)-invalid$/);
      expect(error.message).to.include(name);
      expect(error.message).to.include('undefined');
    });
  }

  it('refuses an option it does not know, with the one that was meant', () => {
    expect(thrownBy({ basepath: '/2fa' })).to.include({
      code: 'option-unknown',
      message: 'unknown option basepath; did you mean basePath?',
    });
    const unknown = thrownBy({ secret: 'x' });
    expect(unknown.message).to.match(/^unknown option secret; known are: passport, issuer, /);
    expect(thrownBy({ lockout: { afterwards: 3 } }).message).to.match(
      /^unknown lockout option afterwards; known are: after/,
    );
    expect(thrownBy({ impersonation: { levels: ['a', 'b'], autoswitch: {} } }).message).to.include(
      'did you mean autoSwitch',
    );
  });

  it('refuses options that are no object', () => {
    for (const options of [undefined, null, 'x', 7]) {
      expect(() => createSecondFactor(options as never)).to.throw(/the options must be an object, got/);
    }
  });

  describe('keys', () => {
    const one = key();
    for (const [what, keys, message] of [
      ['an empty ring', [], /keys is empty/],
      ['a missing key', [undefined], /keys\[0\] must be a base64 string of 32 bytes, got undefined/],
      ['an empty key', [''], /got an empty string/],
      ['a missing second key', [one, undefined], /keys\[1\] must be a base64 string/],
      ['a short key', [randomBytes(16).toString('base64')], /keys\[0\] must have 32 bytes, has 16/],
      ['a long key', [randomBytes(33).toString('base64')], /must have 32 bytes, has 33/],
      ['a repeated key', [one, key(), one], /keys\[2\] repeats keys\[0\]/],
      [
        'the same key in another spelling',
        [one, Buffer.from(one, 'base64').toString('base64url')],
        /keys\[1\] repeats keys\[0\]/,
      ],
      ['what is not base64', ['correct horse battery staple'], /keys\[0\] is not base64/],
      ['a key that is not random', [Buffer.alloc(32).toString('base64')], /keys\[0\] is not random/],
      ['a buffer', [randomBytes(32)], /got object/],
    ] as const) {
      it(`refuse ${what}, with the command that makes one and never the key itself`, () => {
        const error = thrownBy({ keys });
        expect(error.code).to.equal('key-invalid');
        expect(error.message).to.match(message);
        expect(error.message).to.include('openssl rand -base64 32');
        for (const given of keys) {
          if (typeof given === 'string' && given !== '') expect(error.message).not.to.include(given);
        }
      });
    }

    it('takes a single key that is not in an array for a ring of one', () => {
      expect(() => createSecondFactor({ ...required(), keys: key() as never })).not.to.throw();
    });
  });

  describe('store', () => {
    for (const method of ['get', 'compareAndSet', 'list']) {
      it(`refuses one that lacks ${method}`, () => {
        const error = thrownBy({ store: { ...memoryStore(), [method]: undefined } });
        expect(error.code).to.equal('store-invalid');
        expect(error.message)
          .to.include(`${method} is undefined`)
          .and.include("redisStore(client) from 'passport-second-factor/redis'");
      });
    }

    it('refuses a client that was handed over bare', () => {
      expect(thrownBy({ store: { get: () => null, set: () => null } })).to.include({ code: 'store-invalid' });
      expect(thrownBy({ store: null })).to.include({ code: 'store-invalid' });
    });

    it('keeps the store as it is, with its own this', () => {
      class OwnStore {
        #kept = memoryStore();
        get = (id: string) => this.#kept.get(id);
        compareAndSet(id: string, expected: string | null, next: string | null) {
          return this.#kept.compareAndSet(id, expected, next);
        }
        list() {
          return this.#kept.list();
        }
      }
      const store = new OwnStore();
      expect(checkOptions({ ...required(), store }).store).to.equal(store);
    });
  });

  for (const [name, wrong] of Object.entries({
    passport: [null, {}, 'passport', { serializeUser: () => undefined }],
    issuer: ['', ' ', 'a:b', 'a\nb', 'a\ud800b', 'x'.repeat(101), 7, null],
    account: [null, 'id', {}],
    findUser: [null, 'id', {}],
    findAccountByName: [null, 'login', {}],
    publicPath: [null, '/', 'panel', '/panel/', '/a//b', '/a/../b', 'https://a.example', 7],
    pageStatus: [null, 200, 'always', true],
    basePath: [
      '',
      '/',
      'two-step',
      '/two-step/',
      '/a//b',
      '/a/../b',
      '/.',
      '/a?b',
      '/a#b',
      '//e.com',
      '/a b',
      7,
    ],
    loginPath: ['', 'login', '//e.com', 'https://e.com/login', '/a\\b', null],
    homePath: ['', 'home', '//e.com', 'javascript:alert(1)', '/%2f', '/a:b'],
    deserializedUserIsFresh: [null, 'yes', 1, {}],
    setEnrolled: [true, {}],
    whenCodeRequired: [null, 'throw', true, 1],
    carry: [{}, 'cart'],
    onSignedIn: [{}, true],
    formFields: [{ _csrf: 'x' }],
    render: ['page', {}],
    layout: ['page', {}, true],
    settingsPath: [null, '', 'settings', '//e.com', 7],
    language: ['tlh', 7, ''],
    texts: [null, 'de', [], { 'no tag': {} }, { de: null }, { de: 'x' }, new Map()],
    allowedOrigins: NO_ORIGINS,
    returnToOrigins: NO_ORIGINS,
    ip: ['127.0.0.1', {}],
    secure: [true],
    sessionKey: [null, '', 'cookie', 'passport', '__proto__', 7],
    window: [-1, 11, 0.5, '1', NaN, Infinity],
    pendingSeconds: [null, 59, 3601, 90.5, '600', Infinity],
    freshSeconds: [59, 86_401, '900'],
    storeTimeoutMs: [9, 60_001, '2000', NaN],
    clock: [null, 0, new Date()],
    impersonation: [
      true,
      {},
      { levels: [] },
      { levels: ['root'] },
      { levels: ['a', 'a'] },
      { levels: ['a', ''] },
      ...['b\u200b', 'b\n', '\ud800', '\ufffd'].map((level) => ({ levels: ['a', level] })),
      { levels: ['a', 7] },
      // oxlint-disable-next-line no-sparse-arrays -- what a config that is put together can hold
      { levels: ['a', , 'b'] },
      { levels: ['a', 'b'], canActAs: true },
      ...[null, 7, true, 'b', ['b'], new Map([['a', 'b']])].map((autoSwitch) => ({
        levels: ['a', 'b'],
        autoSwitch,
      })),
      ...[null, undefined, '', {}, NaN].map((a) => ({ levels: ['a', 'b'], autoSwitch: { a } })),
    ],
    rememberBrowsers: [null, 30, {}, [30], { days: 0 }, { days: 366 }, { days: '30' }],
    lockout: [
      5,
      [],
      new Map([['hardLimit', 10]]),
      Promise.resolve({ hardLimit: 10 }),
      { after: 0 },
      { hardLimit: 101 },
      { after: 11, hardLimit: 10 },
      { waitSeconds: 60, maxWaitSeconds: 30 },
      { waitSeconds: 0.5 },
    ],
  })) {
    it(`refuses ${name} of another kind, naming the option and never its value`, () => {
      for (const value of wrong) {
        const error = thrownBy({ [name]: value });
        expect(error, JSON.stringify(value)).to.include({ code: 'option-invalid', status: 500 });
        expect(error.message).to.match(
          new RegExp(`\\b(${name}|hardLimit|after|waitSeconds|maxWaitSeconds)\\b`),
        );
        if (typeof value === 'string' && value.length > 12) expect(error.message).not.to.include(value);
      }
    });
  }

  it('refuses what cannot be read, naming the option, with what was thrown as the cause', () => {
    const cause = new TypeError('away');
    const fail = (): never => {
      throw cause;
    };
    const away = new Proxy({}, { get: fail, ownKeys: fail, getPrototypeOf: fail });
    const { proxy: revoked, revoke } = Proxy.revocable([], {});
    revoke();
    const levels = ['a', 'b'];
    for (const [name, changes] of Object.entries({
      passport: [{ passport: away }, { passport: revoked }],
      store: [{ store: away }, { store: revoked }],
      keys: [{ keys: new Proxy([], { get: fail }) }, { keys: revoked }],
      allowedOrigins: [{ allowedOrigins: revoked }],
      lockout: [{ lockout: away }, { lockout: revoked }],
      rememberBrowsers: [
        { rememberBrowsers: Object.defineProperty({}, 'days', { enumerable: true, get: fail }) },
      ],
      impersonation: [{ impersonation: away }, { impersonation: { levels, autoSwitch: { a: away } } }],
    })) {
      for (const change of changes) {
        const error = thrownBy(change);
        expect(error, name).to.include({ code: 'option-invalid' });
        expect(error.message).to.include(name).and.not.include('away');
      }
    }
    expect(thrownBy({ store: away })).to.have.property('cause', cause);
    expect(() => createSecondFactor(away as never)).to.throw(/the options could not be read/);
  });

  it('refuses a list with a hole, and a switch of what is no level', () => {
    expect(thrownBy({ keys: [key(), ...Array<string>(1)] }).message).to.include('keys[1] must be a base64');
    const wrong = { levels: ['a', 'b'], autoSwitch: { c: 'x' } };
    expect(thrownBy({ impersonation: wrong }).message).to.include('unknown impersonation.autoSwitch level c');
  });

  it('refuses a session key that express-session or Passport uses themselves', () => {
    for (const sessionKey of [
      'id',
      'req',
      'save',
      'touch',
      'reload',
      'destroy',
      'regenerate',
      'resetMaxAge',
      'returnTo',
      'messages',
      'flash',
      'constructor',
      'toString',
      'hasOwnProperty',
    ]) {
      expect(thrownBy({ sessionKey }), sessionKey).to.include({ code: 'option-invalid' });
    }
  });

  it('takes what is right', () => {
    for (const options of [
      { basePath: '/account/two_step.v1~x' },
      { basePath: '/a/.well-known' },
      { publicPath: '' },
      { publicPath: '/hosting/panel' },
      { loginPath: '/', homePath: '/' },
      { allowedOrigins: ['https://a.example', 'http://localhost:3000', 'https://A.example:443'] },
      { returnToOrigins: ['https://a.example', 'http://localhost:3000'] },
      { window: 0 },
      { pendingSeconds: 60, freshSeconds: 60, storeTimeoutMs: 10 },
      { lockout: { hardLimit: 3 } },
      { lockout: { waitSeconds: 7200 } },
      { language: 'ru', issuer: ({ name }: { name: string }) => `Panel of ${name}` },
      { impersonation: { levels: ['root', 'admin'], autoSwitch: { root: 'admin' } } },
    ]) {
      expect(
        () => createSecondFactor<User>({ ...required(), ...options } as never),
        JSON.stringify(options),
      ).not.to.throw();
    }
    expect([
      ...checkOptions({ ...required(), allowedOrigins: ['https://A.example:443'] }).allowedOrigins,
    ]).to.deep.equal(['https://a.example']);
  });

  it('takes the first wait for the longest when that would be shorter, and the hard limit for the first failure', () => {
    const { lockout } = checkOptions({ ...required(), lockout: { hardLimit: 3, waitSeconds: 7200 } }).limits;
    expect(lockout).to.deep.equal({ after: 3, waitSeconds: 7200, maxWaitSeconds: 7200, hardLimit: 3 });
  });

  it('warns of a window above one, once per instance (B6)', async () => {
    const warnings = await warningsOf(() => {
      checkOptions({ ...required(), window: 2 });
      checkOptions({ ...required(), window: 1 });
    });
    expect(warnings.map(({ code }) => code)).to.deep.equal(['SECOND_FACTOR_WINDOW']);
    expect(warnings[0]?.message).to.include('accepts 5 codes at a time');
  });

  it('rounds the clock down and refuses one that tells no time', () => {
    expect(checkOptions({ ...required(), clock: () => 7.9 }).clock()).to.equal(7);
    for (const told of [NaN, Infinity, undefined, 7n, Symbol('now'), '7']) {
      const { clock } = checkOptions({ ...required(), clock: () => told as number });
      if (told !== '7') expect(clock).to.throw(/milliseconds since 1970/);
    }
  });

  it('makes an issuer that a function gives fit, and refuses what is no name, when it is used', () => {
    const given = (said: unknown): string =>
      checkOptions({ ...required(), issuer: () => said }).issuer({ id: '1', name: 'a' });
    expect(given('Acme: Ltd\n\ud800')).to.equal('Acme Ltd');
    expect(given('x'.repeat(101))).to.equal('x'.repeat(100));
    for (const said of ['', ':', '\ud800', 7, null, undefined]) {
      expect(() => given(said)).to.throw(/issuer must be a name/);
    }
  });

  it('does not keep the object it was given: changing it later changes nothing', () => {
    const allowedOrigins = ['https://a.example'];
    const given = { ...required(), allowedOrigins };
    const resolved = checkOptions(given);
    allowedOrigins.push('https://evil.example');
    given.basePath = '/evil';
    expect(resolved.basePath).to.equal('/two-step');
    expect(resolved.allowedOrigins.has('https://evil.example')).to.equal(false);
  });
});
