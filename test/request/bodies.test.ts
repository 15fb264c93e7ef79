import { expect } from 'chai';
import { csrfSync } from 'csrf-sync';
import express from 'express';
import type { RequestHandler } from 'express';
import { Secret, TOTP } from 'otpauth';
import { PROBLEMS } from '../../lib/errors.js';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const HTML = { accept: 'text/html' };

describe('bodies at the code form', () => {
  afterEach(stopPanels);

  const json = 'application/json';
  const form = 'application/x-www-form-urlencoded';
  for (const [what, type, body, code] of [
    ['JSON that ends too early', json, '{"code":', 'body-malformed'],
    ['JSON that is no object', json, '"123456"', 'body-malformed'],
    ['a number (H1)', json, '123456', 'body-malformed'],
    ['null', json, 'null', 'body-malformed'],
    ['a JSON array', json, '["123456"]', 'body-malformed'],
    ['no field', json, '{}', 'code-malformed'],
    ['nothing', undefined, '', 'code-malformed'],
    ['an array of codes (H1)', json, JSON.stringify({ code: Array(1000).fill('000000') }), 'code-malformed'],
    ['an operator (H1)', json, '{"code":{"$ne":null}}', 'code-malformed'],
    ['something with a length (H1)', json, '{"code":{"length":6}}', 'code-malformed'],
    ['a number in the field (H2)', json, '{"code":123456}', 'code-malformed'],
    ['false (A7)', json, '{"code":false}', 'code-malformed'],
    ['an inherited field', json, '{"__proto__":{"code":"123456"}}', 'code-malformed'],
    ['two codes in a form (H7)', form, 'code=000000&code=111111', 'code-malformed'],
    ['a bracket form (H1)', form, 'code[$gt]=', 'code-malformed'],
    ['an empty code (A7)', form, 'code=', 'code-malformed'],
    ['another type', 'text/plain', '{"code":"000000"}', 'code-malformed'],
    ['multipart', 'multipart/form-data; boundary=x', '--x\r\n', 'code-malformed'],
    ['an unknown charset', 'application/json; charset=x', '{"code":"000000"}', 'body-malformed'],
    ['a code of 1 MB (H6)', json, JSON.stringify({ code: '0'.repeat(1_000_000) }), 'body-malformed'],
    ['thousands of fields (H6)', form, 'a=1&'.repeat(4000), 'body-malformed'],
  ] as const) {
    it(`refuses ${what} with 400, uncharged`, async () => {
      const panel = await startPanel();
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      const before = await panel.store.get('alice');
      const answer = await client.postRaw('/two-step/verify', body, type ?? '');
      expect(answer.status).to.equal(400);
      expect(JSON.parse(answer.text)).to.include({ code, status: 400 });
      expect(await panel.store.get('alice')).to.equal(before);
      expect(
        (await client.post('/two-step/verify', { code: phone.nextCode() })).status,
        'still parked',
      ).to.equal(200);
    });
  }

  it('takes no code from the query string (H5)', async () => {
    const panel = await startPanel();
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    const code = phone.nextCode();
    expect((await client.post(`/two-step/verify?code=${code}`)).body.code).to.equal('code-malformed');
    expect((await client.post('/two-step/verify', { code })).status, 'not spent').to.equal(200);
  });

  it('takes a code with spaces and hyphens, from a form and from JSON', async () => {
    const panel = await startPanel();
    const phone = await enroll(panel);
    for (const send of [
      (client: Client, code: string) =>
        client.post('/two-step/verify', new URLSearchParams({ code: code.replace(/^.../, '$& ') })),
      (client: Client, code: string) =>
        client.post('/two-step/verify', { code: code.replace(/^.../, '$&-') }),
    ]) {
      const client = await loggedIn(panel);
      expect((await send(client, phone.nextCode())).status).to.equal(200);
    }
  });

  for (const [version, parsers] of [
    [5, []],
    [4, []],
    [5, [express.json(), express.urlencoded({ extended: true })]],
    [4, [express.json(), express.urlencoded({ extended: true })]],
    [5, [express.text({ type: '*/*' })]],
  ] as const) {
    it(`crashes on nothing in Express ${version} with ${parsers.length} body parsers of the application (H10)`, async () => {
      const panel = await startPanel({
        express: version,
        first: ({ app }) => {
          for (const parser of parsers) app.use(parser as RequestHandler);
        },
      });
      const client = new Client(panel);
      if (parsers.length === 1) {
        expect((await client.post('/two-step/verify', { code: '123456' })).status).to.equal(400);
        return;
      }
      const phone = await enroll(panel);
      await client.login('alice');
      expect((await client.postRaw('/two-step/verify', '', '')).status).to.equal(400);
      expect((await client.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(200);
    });
  }
});

describe('behind the CSRF protection of the application', () => {
  afterEach(stopPanels);

  async function start(): Promise<Panel> {
    const { csrfSynchronisedProtection, generateToken } = csrfSync({
      getTokenFromRequest: (req) =>
        (req.body as { _csrf?: string } | undefined)?._csrf ?? req.get('x-csrf-token'),
    });
    return startPanel({
      session: { saveUninitialized: true },
      options: { formFields: (req) => ({ _csrf: generateToken(req as unknown as express.Request) }) },
      beforeRouter({ app }) {
        app.use(express.json(), express.urlencoded({ extended: false }));
        app.get('/token', (req, res) => res.json({ token: generateToken(req) }));
        app.use((req, res, next) => {
          if (req.path === '/login') next();
          else csrfSynchronisedProtection(req, res, next);
        });
      },
    });
  }
  const token = async (client: Client): Promise<string> => String((await client.get('/token')).body.token);

  it('begins no set-up without the token, and one with it', async () => {
    const panel = await start();
    const client = await loggedIn(panel);
    expect((await client.post('/two-step/setup')).status).to.equal(403);
    expect((await panel.stored(client))?.passportSecondFactor).not.to.have.property('setup');
    const begun = await client.post('/two-step/setup', {}, { 'x-csrf-token': await token(client) });
    expect(begun.body.key).to.be.a('string');
  });

  it('sends the token with every form of ours, and spends no code that comes without it (C13)', async () => {
    const panel = await start();
    const enrolling = await loggedIn(panel);
    const { body } = await enrolling.post('/two-step/setup', {}, { 'x-csrf-token': await token(enrolling) });
    const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
    const code = (): string => totp.generate({ timestamp: (panel.now += 30_000) });
    const confirmed = await enrolling.post(
      '/two-step/setup/confirm',
      { code: code() },
      { 'x-csrf-token': await token(enrolling) },
    );
    expect(confirmed.status).to.equal(200);

    const client = await loggedIn(panel);
    const page = await client.get('/two-step/verify', HTML);
    const fields = [...page.text.matchAll(/<form[\s\S]*?<\/form>/g)].map(
      ([each]) => /name="_csrf" value="([^"]+)"/.exec(each)?.[1],
    );
    expect(fields).to.have.length.above(0).and.not.include(undefined);
    const right = code();
    const before = await panel.store.get('alice');
    expect(
      (await client.post('/two-step/verify', new URLSearchParams({ code: right }), HTML)).status,
    ).to.equal(403);
    expect(await panel.store.get('alice')).to.equal(before);
    const sent = new URLSearchParams({ code: right, _csrf: fields[0]! });
    expect((await client.post('/two-step/verify', sent, HTML)).status).to.equal(303);
    expect(await client.me()).to.equal('alice');
  });
});

describe('bodies at other routes', () => {
  afterEach(stopPanels);

  it('are refused alike: 400, uncharged', async () => {
    const panel = await startPanel();
    const { client } = await enrolled(panel);
    const before = await panel.store.get('alice');
    for (const route of ['step-up', 'disable', 'recovery-codes']) {
      for (const code of [undefined, null, [], {}, 123456, '', '12345', '१२३४५६']) {
        const answer = await client.post(`/two-step/${route}`, { code });
        expect(answer.status, route).to.equal(400);
        expect(answer.body.code, route).to.equal('code-malformed');
      }
    }
    expect(await panel.store.get('alice')).to.equal(before);
  });

  it('say which field is missing or of another type, to those who may use it', async () => {
    const panel = await startPanel({
      options: {
        account: ({ id, login }) => ({ id, name: login, level: 'root' }),
        rememberBrowsers: { days: 30 },
        impersonation: { levels: ['root', 'user'] },
      },
    });
    const { client } = await enrolled(panel);
    const before = await panel.store.get('alice');
    const malformed = { status: 400, code: 'body-malformed' };
    const unknown = { status: 403, code: 'impersonation-refused' };
    for (const [route, body, refused, field, fault] of [
      ['authenticators/remove', {}, malformed, 'id', 'field-missing'],
      ['authenticators/remove', { id: 7 }, malformed, 'id', 'field-type'],
      ['browsers/revoke', { ID: 'x' }, malformed, 'id', 'field-missing'],
      ['browsers/revoke', { all: 1 }, malformed, 'id', 'field-missing'],
      ['browsers/revoke', { id: ['x'] }, malformed, 'id', 'field-type'],
      ['setup', { add: 1 }, malformed, 'add', 'field-type'],
      ['setup', { add: 'yes', name: 'x' }, malformed, 'add', 'field-type'],
      ['setup', { add: true, name: 7 }, malformed, 'name', 'field-type'],
      ['impersonation', {}, unknown, 'account', 'field-missing'],
      ['impersonation', { account: { id: 'bob' } }, unknown, 'account', 'field-type'],
    ] as const) {
      const answer = await client.post(`/two-step/${route}`, body);
      const what = `${route} ${JSON.stringify(body)}`;
      expect(answer.status, what).to.equal(refused.status);
      expect(answer.body, what).to.include({ code: refused.code, field, fault });
      expect(answer.body.detail, what).to.include(`\`${field}\``);
      const stranger = await new Client(panel).post(`/two-step/${route}`, body);
      const code = route === 'setup' ? 'sign-in-expired' : 'login-required';
      expect([what, stranger.status, stranger.body.code]).to.deep.equal([what, 401, code]);
    }
    expect(await panel.store.get('alice')).to.equal(before);
    const missing = await client.post('/two-step/authenticators/remove', { id: 'x' });
    expect(missing.body).to.include({ code: 'not-found' }).and.not.have.any.keys('field', 'fault', 'detail');
  });

  it('say it of the strategy too, in what Passport hands to the callback', async () => {
    const parsers = { none: [], json: [express.json()] };
    const panel = await startPanel({
      routes({ app, passport, secondFactor }) {
        passport.use(secondFactor.strategy);
        for (const [name, parser] of Object.entries(parsers)) {
          app.post(`/code/${name}`, ...parser, (req, res, next) => {
            const done = (error: unknown, _user: unknown, info: object): void => {
              if (error) next(error);
              else res.json(info);
            };
            (passport.authenticate('second-factor', done) as RequestHandler)(req, res, next);
          });
        }
      },
    });
    await enroll(panel);
    const before = await panel.store.get('alice');
    const client = await loggedIn(panel);
    for (const [parser, body, fault] of [
      ['json', { token: '123456' }, 'field-missing'],
      ['json', { code: 123456 }, 'field-type'],
      ['json', { code: '12345' }, 'field-shape'],
      ['json', new URLSearchParams({ code: '123456' }), 'body-not-parsed'],
      ['none', { code: '123456' }, 'body-not-parsed'],
    ] as const) {
      const { body: info } = await client.post(`/code/${parser}`, body);
      expect(info, fault).to.include({ code: 'code-malformed', field: 'code', fault });
      expect(info.message).to.equal(PROBLEMS['code-malformed'].title);
      expect(info.detail).to.be.a('string').and.not.include('12345');
    }
    expect(await panel.store.get('alice')).to.equal(before);
  });
});
