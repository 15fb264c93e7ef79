import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import express from 'express';
import type { Fault } from '../../lib/api.js';
import { until } from '../support/eventually.js';
import { CALLS, Client, NAVIGATES } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import { enrolled } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';
import type { Panel } from '../support/panel.js';
import type { Phone } from '../support/people.js';

/** Has no types of its own. */

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** A body that is no code, of whatever kind. `{code}` stands for the right one. */
interface Body {
  readonly what: string;
  readonly type?: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
  /** What is at fault. */
  readonly fault: Fault;
}

const codeFor = (fault: Fault): string =>
  ['body-too-large', 'body-type', 'body-unreadable'].includes(fault) ? 'body-malformed' : 'code-malformed';

const json = (what: string, value: unknown, fault: Fault): Body => ({
  what,
  type: JSON_TYPE,
  body: JSON.stringify(value),
  fault,
});
const form = (what: string, body: string, fault: Fault): Body => ({
  what,
  type: FORM_TYPE,
  body,
  fault,
});

const BODIES: readonly Body[] = [
  { what: 'no body', fault: 'body-missing' },
  { what: 'no type', body: 'code={code}', fault: 'body-not-parsed' },
  { what: 'text/plain', type: 'text/plain', body: 'code={code}', fault: 'body-not-parsed' },
  { what: 'JSON as text/plain', type: 'text/plain', body: '{"code":"{code}"}', fault: 'body-not-parsed' },
  {
    what: 'a multipart form',
    type: 'multipart/form-data; boundary=x',
    body: '--x--',
    fault: 'body-not-parsed',
  },
  { what: 'XML', type: 'application/xml', body: '<code>{code}</code>', fault: 'body-not-parsed' },
  { what: 'broken JSON', type: JSON_TYPE, body: '{"code":', fault: 'body-unreadable' },
  { what: 'a JSON text', type: JSON_TYPE, body: '"{code}"', fault: 'body-unreadable' },
  { what: 'a JSON number', type: JSON_TYPE, body: '123456', fault: 'body-unreadable' },
  { what: 'JSON null', type: JSON_TYPE, body: 'null', fault: 'body-unreadable' },
  { what: 'a JSON array', type: JSON_TYPE, body: '["{code}"]', fault: 'body-type' },
  json('an empty object', {}, 'field-missing'),
  json('an array of the code', { code: ['{code}'] }, 'field-type'),
  json(
    '1,500 codes',
    { code: Array.from({ length: 1500 }, (_, i) => String(i).padStart(6, '0')) },
    'field-type',
  ),
  json('an operator', { code: { $ne: null } }, 'field-type'),
  json('an object that looks like a text', { code: { length: 6, 0: '1' } }, 'field-type'),
  json('a number', { code: 123456 }, 'field-type'),
  json('null', { code: null }, 'field-type'),
  json('true', { code: true }, 'field-type'),
  json('an empty text', { code: '' }, 'field-shape'),
  json('five digits', { code: '12345' }, 'field-shape'),
  json('seven digits', { code: '1234567' }, 'field-shape'),
  json('digits of another script', { code: '१२३४५६' }, 'field-shape'),
  json('a sign', { code: '+12345' }, 'field-shape'),
  json('an exponent', { code: '1e0005' }, 'field-shape'),
  json('a zero byte', { code: '12345\u0000' }, 'field-shape'),
  {
    what: 'the code of a prototype',
    type: JSON_TYPE,
    body: '{"__proto__":{"code":"{code}"}}',
    fault: 'field-missing',
  },
  {
    what: 'deep JSON',
    type: JSON_TYPE,
    body: `{"code":${'['.repeat(8000)}${']'.repeat(8000)}}`,
    fault: 'field-type',
  },
  { what: 'deeper JSON', type: JSON_TYPE, body: '['.repeat(500_000), fault: 'body-too-large' },
  {
    what: 'JSON in an unknown charset',
    type: `${JSON_TYPE}; charset=klingon`,
    body: '{}',
    fault: 'body-unreadable',
  },
  {
    what: 'an unknown encoding',
    type: JSON_TYPE,
    body: '{}',
    headers: { 'content-encoding': 'zip' },
    fault: 'body-unreadable',
  },
  {
    what: 'a packed bomb',
    type: JSON_TYPE,
    body: gzipSync(`{"code":"${'0'.repeat(5_000_000)}"}`),
    headers: { 'content-encoding': 'gzip' },
    fault: 'body-too-large',
  },
  json('1 MB', { code: '0'.repeat(1_000_000) }, 'body-too-large'),
  json(
    '100,000 keys',
    Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${String(i)}`, 0])),
    'body-too-large',
  ),
  form('a code twice', 'code=000000&code={code}', 'field-type'),
  form('a code in brackets', 'code[]={code}', 'field-missing'),
  form('an operator in brackets', 'code[$gt]=', 'field-missing'),
  form('an empty form', '', 'field-missing'),
  form('broken escapes', 'code=%E0%A4%A', 'field-shape'),
  form('1 MB in a form', `code=${'0'.repeat(1_000_000)}`, 'body-too-large'),
  form('100,000 fields', '&a=1'.repeat(100_000), 'body-too-large'),
  form('more fields than a form has', 'a=1&'.repeat(60) + 'code={code}', 'body-too-large'),
];

describe('the body of a request', () => {
  afterEach(stopPanels);

  let panel: Panel;
  let phone: Phone;

  /** Somebody whose sign-in waits for the code. */
  async function pendingOn(version: 4 | 5 = 5): Promise<Client> {
    panel = await startPagePanel({}, { express: version });
    ({ phone } = await enrolled(panel, 'alice', new Client(panel)));
    panel.events.length = 0;
    const pending = new Client(panel);
    await pending.logInByForm();
    panel.now += 30_000;
    return pending;
  }

  function send(visitor: Client, path: string, given: Body, kind: Record<string, string>): Promise<Answer> {
    const { type, body, headers } = given;
    const filled = typeof body === 'string' ? body.replace('{code}', phone.code()) : body;
    return visitor.send('POST', path, { ...kind, ...(type && { 'content-type': type }), ...headers }, filled);
  }

  for (const version of [5, 4] as const) {
    describe(`under Express ${version}`, () => {
      it('takes the code as a form and as JSON', async () => {
        const pending = await pendingOn(version);
        const page = await pending.submit('/two-step/verify', { code: phone.code() });
        expect([page.status, page.headers.location]).to.deep.equal([303, '/']);
        const again = new Client(panel);
        await again.logInByForm();
        const answer = await again.post('/two-step/verify', { code: phone.nextCode() });
        expect([answer.status, answer.body.state]).to.deep.equal([200, 'verified']);
      });

      it('refuses everything else, and charges nothing (H1, H2, H3, H6, H7, H10)', async () => {
        const pending = await pendingOn(version);
        const record = await panel.store.get('alice');
        for (const given of BODIES) {
          const answer = await send(pending, '/two-step/verify', given, CALLS);
          expect([given.what, answer.status, answer.body.code, answer.body.fault]).to.deep.equal([
            given.what,
            400,
            codeFor(given.fault),
            given.fault,
          ]);
          expect(answer.body.detail, given.what).to.be.a('string').and.not.include('code=');
          const page = await send(pending, '/two-step/verify', given, NAVIGATES);
          expect([given.what, page.status]).to.deep.equal([given.what, 400]);
        }
        expect(await panel.store.get('alice')).to.equal(record);
        expect((await pending.get('/two-step')).body.state).to.equal('pending');
        expect((await pending.post('/two-step/verify', { code: phone.code() })).status).to.equal(200);
      });
    });
  }

  it('is read alike at every operation', async () => {
    panel = await startPagePanel();
    const alice = new Client(panel);
    ({ phone } = await enrolled(panel, 'alice', alice));
    panel.now += 30_000;
    const record = await panel.store.get('alice');
    for (const operation of ['disable', 'recovery-codes', 'step-up']) {
      for (const given of BODIES) {
        const { status, body } = await send(alice, `/two-step/${operation}`, given, CALLS);
        const refused = [operation, given.what, 400, codeFor(given.fault), given.fault];
        expect([operation, given.what, status, body.code, body.fault]).to.deep.equal(refused);
      }
    }
    expect(await panel.store.get('alice')).to.equal(record);
    expect((await alice.get('/two-step')).body.state).to.equal('verified');
  });

  for (const [what, given] of [
    ['its bytes', Buffer.from('{"code":"as bytes"}')],
    ['its text', '{"code":"as a text"}'],
    ['null', null],
  ] as const) {
    it(`is read where the server left ${what} in req.body, as adapters for functions do`, async () => {
      for (const version of [5, 4] as const) {
        panel = await startPagePanel(
          {},
          {
            express: version,
            beforeRouter: ({ app }) => {
              app.use('/two-step', (req, _res, next) => {
                req.body = given;
                next();
              });
            },
          },
        );
        const alice = new Client(panel);
        ({ phone } = await enrolled(panel, 'alice', alice));
        const pending = new Client(panel);
        await pending.logInByForm();
        expect((await pending.open('/two-step/verify')).status).to.equal(200);
        expect((await pending.submit('/two-step/verify', { code: phone.wrongCode() })).status).to.equal(401);
        expect((await pending.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
        await stopPanels();
      }
    });
  }

  for (const [what, part] of [
    ['all', 1],
    ['half', 0.5],
  ] as const) {
    it(`does nothing where the client left before it was read, having sent ${what} of it`, async () => {
      const seen = { came: 0, left: 0 };
      panel = await startPagePanel(
        {},
        {
          afterPassport: ({ app }) => {
            app.use((req, _res, next) => {
              if (!req.headers['x-leaves']) {
                next();
                return;
              }
              seen.came++;
              req.once('close', () => {
                seen.left++;
                setImmediate(next);
              });
            });
          },
        },
      );
      const alice = new Client(panel);
      ({ phone } = await enrolled(panel, 'alice', alice));
      const pending = new Client(panel);
      await pending.logInByForm();
      panel.now += 30_000;
      panel.events.length = 0;
      for (const [who, path, fields] of [
        [pending, 'verify', { code: phone.code() }],
        [alice, 'disable', { code: phone.code() }],
        [alice, 'setup', { add: 'on', name: 'Tablet' }],
        [alice, 'browsers/revoke', { all: 'on' }],
      ] as const) {
        const body = String(new URLSearchParams(fields));
        const length = String(body.length);
        const sent = request({
          port: panel.port,
          method: 'POST',
          path: `/two-step/${path}`,
          headers: {
            ...NAVIGATES,
            cookie: who.cookie,
            'x-leaves': '1',
            'content-type': FORM_TYPE,
            'content-length': length,
          },
          agent: false,
        });
        sent.on('error', () => undefined);
        const { came } = seen;
        sent.write(body.slice(0, Math.floor(body.length * part)));
        await until('the request', () => seen.came > came);
        sent.destroy();
        await until('its end', () => seen.left === seen.came);
        await wait(20);
      }
      expect(panel.events.map(({ name }) => name)).to.deep.equal([]);
      expect((await alice.get('/two-step')).body.state).to.equal('verified');
      expect((await pending.post('/two-step/verify', { code: phone.code() })).status).to.equal(200);
    });
  }

  it('charges one wrong code once, whatever stands beside it (K16)', async () => {
    const pending = await pendingOn();
    const { status } = await pending.post('/two-step/verify', {
      code: phone.wrongCode(),
      user: 'bob',
      userId: 'bob',
      account: 'bob',
      returnTo: 'https://evil.example/',
      impersonatedBy: 'root',
      secret: 'A'.repeat(32),
    });
    expect(status).to.equal(401);
    const refused = panel.events.filter(({ name }) => name === 'code-refused');
    expect(refused.map(({ accountId }) => accountId)).to.deep.equal(['alice']);
  });

  it('is the only place a code is taken from: never the query string (H5)', async () => {
    const pending = await pendingOn();
    const record = await panel.store.get('alice');
    const query = `code=${phone.code()}&returnTo=https://evil.example/`;
    for (const answer of [
      await pending.post(`/two-step/verify?${query}`),
      await pending.submit(`/two-step/verify?${query}`),
      await pending.send('POST', `/two-step/verify?${query}`, CALLS),
    ]) {
      expect(answer.status).to.equal(400);
    }
    expect((await pending.get(`/two-step/verify?${query}`)).body.state).to.equal('pending');
    expect(await panel.store.get('alice')).to.equal(record);
    const right = await pending.submit('/two-step/verify?returnTo=//evil.example', { code: phone.code() });
    expect(right.headers.location).to.equal('/');
  });

  it('is what the application’s own parser made of it, where it has one', async () => {
    for (const parser of [
      express.json({ limit: '5mb', strict: false }),
      express.urlencoded({ extended: true }),
    ]) {
      panel = await startPagePanel({}, { beforeRouter: ({ app }) => app.use(parser) });
      ({ phone } = await enrolled(panel, 'alice', new Client(panel)));
      const pending = new Client(panel);
      await pending.logInByForm();
      const record = await panel.store.get('alice');
      for (const given of [
        json('an operator', { code: { $ne: null } }, 'field-type'),
        form('an operator in brackets', 'code[$gt]=', 'field-type'),
        form('a code in brackets', 'code[]=000000', 'field-type'),
        json('1 MB', { code: '0'.repeat(1_000_000) }, 'field-shape'),
        json('a text', '000000', 'body-type'),
        json('an array', [{ code: '000000' }], 'body-type'),
      ]) {
        expect((await send(pending, '/two-step/verify', given, CALLS)).status, given.what).to.equal(400);
      }
      expect(await panel.store.get('alice')).to.equal(record);
      expect((await pending.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
      await stopPanels();
    }
  });

  it('keeps nobody waiting who sends a hundred large ones at once (H6)', async () => {
    const pending = await pendingOn();
    const record = await panel.store.get('alice');
    const large = json('large', { code: '0'.repeat(1_000_000) }, 'body-too-large');
    const burst = Array.from({ length: 100 }, () => send(pending, '/two-step/verify', large, CALLS));
    const other = await new Client(panel).get('/me');
    expect(other.status).to.equal(200);
    const answers = await Promise.all(burst);
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([400]));
    expect(await panel.store.get('alice')).to.equal(record);
  });
});
