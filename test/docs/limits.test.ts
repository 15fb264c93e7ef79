import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { Passport } from 'passport';
import { ACTIVITY_BYTES, MAXIMUM_ACTIVITY } from '../../lib/account/activity.js';
import { LONGEST } from '../../lib/account/clean-text.js';
import {
  DEFAULT_LIMITS,
  ENROLLMENT_OFFSET_STEPS,
  MAXIMUM_AUTHENTICATORS,
  MAXIMUM_BROWSERS,
  MAXIMUM_OFFSET_STEPS,
  MAXIMUM_SECURITY_KEYS,
  RECOVERY_ATTEMPTS,
  SETUP_ATTEMPTS,
  SKEW_HINT_STEPS,
} from '../../lib/account/limits.js';
import { RECOVERY_CODES, formatRecoveryCodes } from '../../lib/account/recovery-codes.js';
import {
  APP_PARAMETERS,
  IMPORTED_SECRET_MINIMUM_BYTES,
  SECRET_BYTES,
  SECRET_MINIMUM_BYTES,
} from '../../lib/account/totp.js';
import { checkOptions } from '../../lib/check-options.js';

import {
  DOCUMENT,
  PICTURE,
  SITUATIONS,
  chance,
  documentWithOdds,
  plot,
  soonestSeconds,
} from '../../scripts/guess-odds.js';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(resolve(root, file), 'utf8');

/** The number a source file gives to a constant it keeps to itself. */
function constant(file: string, name: string): number {
  const value = new RegExp(`const ${name} = ([\\d_]+);`).exec(read(file))?.[1];
  if (value === undefined) throw new Error(`${file} has no ${name}`);
  return Number(value.replaceAll('_', ''));
}

const OPTIONS = {
  passport: new Passport(),
  issuer: 'Limits',
  account() {},
  findUser() {},
  store: { get() {}, compareAndSet() {}, list() {} },
  keys: [],
};

describe('docs/limits.md', () => {
  const rows = new Map(
    [
      ...(read('docs/limits.md').split('<!-- odds -->')[0] ?? '').matchAll(
        /^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|/gm,
      ),
    ].map(([, name = '', shipped = '', option = '']) => [name.trim(), { shipped, option }]),
  );
  const numberOf = (name: string): number => Number(/\d+/.exec(rows.get(name)?.shipped ?? '')?.[0]);

  it('says the numbers that are shipped', () => {
    const { window, lockout } = DEFAULT_LIMITS;
    const { pendingSeconds, freshSeconds, storeTimeoutMs, recheckSeconds } = checkOptions(OPTIONS);
    const [code = ''] = formatRecoveryCodes(new Uint8Array(240));
    const shipped: Record<string, number> = {
      'digits of a code': APP_PARAMETERS.digits,
      'time step': APP_PARAMETERS.period,
      secret: SECRET_BYTES,
      'shortest secret': SECRET_MINIMUM_BYTES,
      'steps accepted on each side': window,
      'clock offset learned at set-up': ENROLLMENT_OFFSET_STEPS,
      'clock offset ever learned': MAXIMUM_OFFSET_STEPS,
      'hint that the clocks disagree': SKEW_HINT_STEPS,
      'failure that brings the first wait': lockout.after,
      'first wait': lockout.waitSeconds,
      'longest wait': lockout.maxWaitSeconds,
      'failures until recovery': lockout.hardLimit,
      'wrong codes of one set-up': SETUP_ATTEMPTS,
      'wrong recovery codes of one sign-in': RECOVERY_ATTEMPTS,
      'recovery codes': RECOVERY_CODES,
      'bits of a recovery code': code.replaceAll('-', '').length * 5,
      'shortest secret taken over': IMPORTED_SECRET_MINIMUM_BYTES,
      'authenticators of an account': MAXIMUM_AUTHENTICATORS,
      'passkeys and security keys of an account': MAXIMUM_SECURITY_KEYS,
      'challenge of a key': constant('lib/session/challenge.ts', 'CHALLENGE_BYTES'),
      'pages of a session that share a challenge': constant('lib/session/challenge.ts', 'REUSED_PERCENT'),
      'id of a credential': constant('adapters/webauthn-credential.ts', 'ID_MAXIMUM_BYTES'),
      'RSA key of a credential': constant('adapters/webauthn.ts', 'RSA_MINIMUM_BITS'),
      'accounts that one browser is known for': constant('lib/session/own-cookie.ts', 'MOST_COOKIES'),
      'entries of recent activity': MAXIMUM_ACTIVITY,
      'bytes of recent activity': ACTIVITY_BYTES,
      'known browsers of an account': MAXIMUM_BROWSERS,
      'parked sign-in, unfinished set-up': pendingSeconds,
      'proof for managing a factor, or acting as another': freshSeconds,
      'second factor proved elsewhere, at sign-in': constant(
        'lib/sign-in/proven-elsewhere.ts',
        'ELSEWHERE_SECONDS',
      ),
      'acting as somebody else': constant('lib/impersonation/enter.ts', 'IMPERSONATION_SECONDS'),
      'a record read before is enough for a signed-in request': recheckSeconds,
      'one store operation, all rounds': storeTimeoutMs,
      'rounds of compare-and-set': constant('lib/vault/vault.ts', 'ROUNDS'),
      'account id': constant('lib/account/account.ts', 'ID_MAXIMUM_BYTES'),
      issuer: constant('lib/check-options.ts', 'ISSUER_MAXIMUM_CHARACTERS'),
      'name of an authenticator': constant('lib/account/authenticators.ts', 'NAME_MAXIMUM_CHARACTERS'),
      'user agent': LONGEST.userAgent,
      path: LONGEST.path,
      'address of a client': LONGEST.ip,
      '`by` of an operator': LONGEST.by,
      '`reason` of an operator': LONGEST.reason,
      'body of a request to the router': constant('lib/pages/body.ts', 'BODY_MAXIMUM_BYTES'),
    };
    for (const [name, value] of Object.entries(shipped)) expect(numberOf(name), name).to.equal(value);
    expect([...rows.keys()].filter((name) => !(name in shipped))).to.deep.equal([
      'limit',
      '---',
      'hash',
      'remembered browser',
    ]);
  });

  it('shows the odds of a guesser as they follow from the defaults', () => {
    expect(documentWithOdds(read(DOCUMENT))).to.equal(read(DOCUMENT));
    expect(plot()).to.equal(read(PICTURE));
    const [usual, , worst] = SITUATIONS;
    expect(1 / chance(usual!, 100)).to.be.within(3300, 3400);
    expect(1 / chance(worst!, 100)).to.be.within(330, 340);
    const guesses = (MAXIMUM_BROWSERS + 1) * DEFAULT_LIMITS.lockout.hardLimit;
    const odds = SITUATIONS.map((situation) => `1 in ${String(Math.round(1 / chance(situation, guesses)))}`);
    expect(guesses).to.equal(1100);
    expect(odds).to.deep.equal(['1 in 304', '1 in 152', '1 in 31']);
    for (const number of ['1 100', ...odds]) expect(read(DOCUMENT)).to.include(number);
    expect(read(DOCUMENT).match(/^\w+ digits:$/gm)).to.deep.equal([
      'Six digits:',
      'Seven digits:',
      'Eight digits:',
    ]);
    for (const [digits, least] of [
      [6, 3_333],
      [7, 33_333],
      [8, 333_333],
    ] as const) {
      expect(1 / chance(usual!, 100, digits), String(digits)).to.be.within(least, least + 2);
    }
    expect(read(DOCUMENT)).to.match(/^\| 30 s \| 3 \| 1 in 333 333 \|.*\| 90 s \|$/m);
    expect(read(DOCUMENT)).to.match(/^\| 60 s \| 3 \| 1 in 333 333 \|.*\| 180 s \|$/m);
    expect(soonestSeconds(5)).to.equal(0);
    expect(soonestSeconds(6)).to.equal(30);
    expect(soonestSeconds(7)).to.equal(90);
  });

  it('says the ranges that options take', () => {
    for (const [name, { option }] of rows) {
      const [, path = '', least, most] = /`([\w.]+)`, (?:(\d+) )?to (\d+)/.exec(option) ?? [];
      if (path === '') continue;
      const accepts = (value: number): boolean => {
        const [outer = '', inner] = path.split('.');
        try {
          checkOptions({ ...OPTIONS, window: 1, [outer]: inner === undefined ? value : { [inner]: value } });
          return true;
        } catch {
          return false;
        }
      };
      if (least !== undefined) {
        expect(accepts(Number(least)), name).to.equal(true);
        expect(accepts(Number(least) - 1), name).to.equal(false);
      }
      expect(accepts(Number(most) + 1), name).to.equal(false);
      if (path !== 'window') expect(accepts(Number(most)), name).to.equal(true); // which warns
    }
  });
});
