import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import express from 'express';
import { createSecondFactor, requireSecondFactor } from 'passport-second-factor';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Phone } from '../support/people.js';
import type { Panel, PanelParts, User } from '../support/panel.js';

const HTML = { accept: 'text/html' };
const START = { successReturnToOrRedirect: '/start' };
const FORM = (login: string) => new URLSearchParams({ username: login, password: 'password' });

/** What an answer says of the cookie: `name=value; attributes`. */
const sent = ({ headers }: Answer): string[] =>
  (headers['set-cookie'] ?? []).filter((line) => /^(__Host-)?second-factor-/.test(line));
const CLEARED = /^second-factor-[0-9a-f]{16}=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax$/;

function start(parts: PanelParts = {}): Promise<Panel> {
  return startPanel({
    ...parts,
    beforeRouter({ app, passport, secondFactor }) {
      passport.use(secondFactor.strategy as never);
      const code = passport.authenticate('second-factor', START);
      app.post('/two-step/code', express.urlencoded({ extended: false }), code);
    },
    routes(panel) {
      const { app, passport } = panel;
      const form = express.urlencoded({ extended: false });
      app.post('/form', form, passport.authenticate('local', START));
      app.post('/fixed', form, passport.authenticate('local', { successRedirect: '/fixed' }));
      app.post('/wanted', (req, res) => res.json(Object.assign(req.session, { returnTo: '/wanted' })));
      app.use('/danger', requireSecondFactor({ maxAge: 300 }), (_req, res) => res.json({}));
      app.post('/logout', (req, res, next) => {
        req.logout((error) => (error ? next(error) : res.json({})));
      });
      parts.routes?.(panel);
    },
  });
}

const verify = (client: Client, phone: Phone, path = '/two-step/verify'): Promise<Answer> =>
  client.post(path, new URLSearchParams({ code: phone.nextCode() }), HTML);
const locationOf = async (answer: Promise<Answer>): Promise<unknown> => (await answer).headers.location;

describe('session/stop-cookie', () => {
  let panel: Panel;

  beforeEach(async () => {
    panel = await start();
  });
  afterEach(stopPanels);

  it('is for this host, for ten minutes, and for no script and no other site', async () => {
    const answer = await new Client(panel).get('/danger/x?a=1&b=%2F', HTML);
    expect(answer.headers['set-cookie']).to.have.length(1);
    expect(sent(answer)[0]).to.match(
      /^second-factor-[0-9a-f]{16}=page%2Fdanger%2Fx%3Fa%3D1%26b%3D%252F; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    panel = await start({ options: { secure: () => true } });
    const client = new Client(panel);
    const [overHttps] = sent(await client.get('/danger', HTML));
    expect(overHttps).to.match(
      /^__Host-second-factor-[0-9a-f]{16}=page%2Fdanger; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const [taken] = sent(await client.post('/form', FORM('bob'), HTML));
    expect(taken).to.match(
      /^__Host-second-factor-[0-9a-f]{16}=; Max-Age=0; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it('has 1 KB at most: longer destinations lead home, and are not mixed up with the one before', async () => {
    panel = await start({ options: { secure: () => true } });
    for (const [length, isKept] of [
      [850, true],
      [930, false],
      [5000, false],
    ] as const) {
      const client = new Client(panel);
      await client.get('/danger/before', HTML);
      const path = `/danger?${'a'.repeat(length)}`;
      const [line = ''] = sent(await client.get(path, HTML));
      expect(line.length).to.be.within(90, 1024);
      expect(await locationOf(client.post('/form', FORM('bob'), HTML))).to.equal(isKept ? path : '/start');
    }
    const [longest = ''] = sent(await new Client(panel).get(`/danger?${'a'.repeat(916)}`, HTML));
    expect(longest.length).to.be.within(1000, 1024);
  });

  it('leads a sign-in to where the guard stopped it, and is gone then', async () => {
    const phone = await enroll(panel);
    const bob = new Client(panel);
    await bob.get('/danger?bob', HTML);
    const signedIn = await bob.post('/form', FORM('bob'), HTML);
    expect(signedIn.headers.location).to.equal('/danger?bob');
    expect(sent(signedIn)).to.have.length(1);
    expect(sent(signedIn)[0]).to.match(CLEARED);
    expect(await panel.stored(bob)).to.not.have.property('returnTo');
    for (const path of ['/two-step/verify', '/two-step/code']) {
      const alice = new Client(panel);
      await alice.get('/danger?alice', HTML);
      const parked = await alice.post('/form', FORM('alice'), HTML);
      expect(sent(parked)[0]).to.match(CLEARED);
      expect(await locationOf(verify(alice, phone, path))).to.equal('/danger?alice');
      expect(await panel.stored(alice)).to.not.have.property('returnTo');
      expect(alice.cookie).to.not.contain('danger');
    }
  });

  it('is of the guard that stopped last, before the password and after it', async () => {
    const phone = await enroll(panel);
    for (const path of ['/two-step/verify', '/two-step/code']) {
      const client = new Client(panel);
      for (const page of ['/danger?1', '/danger?2']) await client.get(page, HTML);
      await client.post('/form', FORM('alice'), HTML);
      const { cookie } = client;
      await client.get('/danger?3', HTML);
      expect(client.cookie).to.not.equal(cookie);
      const verified = await verify(client, phone, path);
      expect(verified.headers.location).to.equal('/danger?3');
      expect(sent(verified).some((line) => CLEARED.test(line))).to.equal(true);
    }
  });

  it('counts beside what the application wrote into session.returnTo, but not against a fixed successRedirect', async () => {
    const phone = await enroll(panel);
    const wanting = async (stopped: boolean): Promise<Client> => {
      const client = new Client(panel);
      await client.post('/wanted');
      if (stopped) await client.get('/danger', HTML);
      return client;
    };
    for (const [login, end] of [
      ['bob', (_client: Client, answer: Answer) => answer.headers.location],
      ['alice', (client: Client) => locationOf(verify(client, phone))],
    ] as const) {
      for (const [path, stopped, location] of [
        ['/form', false, '/wanted'],
        ['/form', true, '/danger'],
        ['/fixed', true, '/fixed'],
      ] as const) {
        const client = await wanting(stopped);
        const answer = await client.post(path, FORM(login), HTML);
        expect(await end(client, answer), `${login} ${path}`).to.equal(location);
        expect(client.cookie).to.not.contain('danger');
      }
    }
  });

  it('leads back after a step-up and after a set-up, once', async () => {
    const { client, phone } = await enrolled(panel);
    panel.now += 301_000;
    await client.get('/danger?up', HTML);
    const stepped = await verify(client, phone, '/two-step/step-up');
    expect(stepped.headers.location).to.equal('/danger?up');
    expect(sent(stepped)[0]).to.match(CLEARED);
    expect(await locationOf(verify(client, phone, '/two-step/step-up'))).to.equal('/');
    const bob = await loggedIn(panel, 'bob');
    await bob.get('/danger?set-up', HTML);
    await bob.get('/two-step', HTML);
    await enroll(panel, 'bob', bob);
    expect(bob.cookie).to.not.contain('danger');
  });

  for (const [what, act] of [
    ['cancel', (client: Client) => client.post('/two-step/cancel')],
    ['log-out', (client: Client) => client.post('/logout')],
  ] as const) {
    it(`ends with ${what}`, async () => {
      await enroll(panel);
      const client = await loggedIn(panel);
      await client.get('/danger', HTML);
      expect(sent(await act(client))[0]).to.match(CLEARED);
      expect(await locationOf(client.post('/form', FORM('bob'), HTML))).to.equal('/start');
    });
  }

  it('ends with the factor: who disabled it is not told that a page needs it', async () => {
    const { client, phone } = await enrolled(panel);
    panel.now += 301_000;
    await client.get('/danger', HTML);
    await client.post('/two-step/disable', { code: phone.nextCode() });
    expect((await client.get('/two-step', HTML)).text).to.not.contain('The page you wanted');
  });

  it('is sent to nobody whom no guard stopped, and taken from nobody who has none', async () => {
    const phone = await enroll(panel);
    const [alice, bob] = [new Client(panel), new Client(panel)];
    const answers = [
      await bob.post('/form', FORM('bob'), HTML),
      await bob.get('/two-step', HTML),
      await bob.post('/logout'),
      await alice.post('/form', FORM('alice'), HTML),
      await alice.get('/two-step/verify', HTML),
      await alice.post('/two-step/cancel'),
      await alice.get('/danger'),
    ];
    expect(answers.flatMap(sent)).to.deep.equal([]);
    expect(phone.nextCode()).to.match(/^\d{6}$/);
  });

  describe('that somebody else made', () => {
    /** The answer to a sign-in with this value of the cookie. */
    const signInWith = async (value: string, name: string): Promise<unknown> => {
      const cookie = value.includes('NAME') ? value.replaceAll('NAME', name) : `${name}=${value}`;
      return locationOf(new Client(panel).post('/form', FORM('bob'), { ...HTML, cookie }));
    };
    let name: string;
    beforeEach(async () => {
      name = /^[^=]+/.exec(String(sent(await new Client(panel).get('/danger', HTML))[0]))?.[0] ?? '';
    });

    for (const value of [
      'https://e.com/',
      'pagehttps://e.com/',
      'page//e.com',
      'page%2F%2Fe.com',
      'page%2F%5Ce.com',
      'page/\\e.com',
      'page%2F%2509%2Fe.com',
      'page%2F%09e.com',
      'page%2Fx%0D%0ASet-Cookie%3A%20a%3Db',
      'page%2F%2570%2F%252fe.com',
      'pagejavascript:alert(1)',
      'Page%2Fx',
      'page%20%2Fx',
      'other%2Fx',
      'formpage',
      '%7B%22returnTo%22%3A%22%2Fx%22%7D',
      '%E0%A4%A',
      'page%2F%E0%A4%A',
      '__proto__',
      `page%2F${'a'.repeat(2048)}`,
      'NAME=page%2Fdanger; NAME=page%2Fdanger',
      'NAME=page%2Fdanger;NAME=',
      'NAME',
    ]) {
      it(`leads nowhere, and harms nobody: ${value.slice(0, 40)}`, async () => {
        const expected = value.endsWith('NAME=') ? '/danger' : '/start';
        expect(await signInWith(value, name)).to.equal(expected);
      });
    }

    it('leads to a path of the application at most', async () => {
      for (const path of ['/logout', '/two-step/step-up', '/two-step/verify', '/x?returnTo=//e.com']) {
        expect(await signInWith(encodeURIComponent(`page${path}`), name)).to.equal(path);
      }
    });

    it('opens nothing, says nothing of markup, and signs nobody in', async () => {
      const cookie = `${name}=${encodeURIComponent('form/"><script>alert(1)</script>')}`;
      const stranger = await new Client(panel).get('/danger', { cookie });
      expect(stranger.body.code).to.equal('login-required');
      const bob = await loggedIn(panel, 'bob');
      const { text } = await bob.get('/two-step', { ...HTML, cookie: `${bob.cookie}; ${cookie}` });
      expect(text).to.contain('What you sent needs').and.not.contain('alert(1)');
    });
  });

  describe('beside other cookies', () => {
    it('leaves those of the application in the same answer', async () => {
      panel = await start({
        first({ app }) {
          app.use((_req, res, next) => {
            res.cookie('theme', 'dark');
            res.appendHeader('Set-Cookie', 'lang=en');
            next();
          });
        },
      });
      const client = new Client(panel);
      const stopped = await client.get('/danger', HTML);
      expect(stopped.headers['set-cookie']?.slice(0, 2)).to.deep.equal(['theme=dark; Path=/', 'lang=en']);
      expect(stopped.headers['set-cookie']).to.have.length(3);
      const signedIn = await client.post('/form', FORM('bob'), HTML);
      expect(signedIn.headers['set-cookie']?.slice(0, 2)).to.deep.equal(['theme=dark; Path=/', 'lang=en']);
      expect(signedIn.headers['set-cookie']).to.have.length(4);
    });

    it('stays in the browser where the answer has begun, which is no error', async () => {
      panel = await start({
        routes({ app }) {
          app.post('/early', (req, res, next) => {
            res.writeHead(200, { 'content-type': 'application/json' });
            req.logout((error) => (error ? next(error) : res.end('{}')));
          });
        },
      });
      const bob = await loggedIn(panel, 'bob');
      await bob.get('/danger', HTML);
      const early = await bob.post('/early');
      expect([early.status, early.text, sent(early)]).to.deep.equal([200, '{}', []]);
      expect(panel.errors).to.deep.equal([]);
    });

    it('is of one instance: another one of the same application neither reads nor clears it', async () => {
      panel = await start({
        routes({ app, passport, users, store }) {
          const other = createSecondFactor<User>({
            passport: passport as never,
            issuer: 'Other',
            account: ({ id, login }) => ({ id, name: login }),
            findUser: (id) => users.find((known) => known.id === id) ?? null,
            store,
            keys: [randomBytes(32).toString('base64')],
            sessionKey: 'other',
          });
          app.use('/other', other.session(), requireSecondFactor());
        },
      });
      const client = new Client(panel);
      await client.get('/danger', HTML);
      await client.get('/other', HTML);
      expect(await locationOf(client.post('/form', FORM('bob'), HTML))).to.equal('/danger');
      expect(client.cookie).to.contain('=page%2Fother').and.not.contain('danger');
    });
  });

  it('is not needed by sessions that an older version wrote, which still count', async () => {
    const { client, phone } = await enrolled(panel);
    const waiting = new Client(panel);
    await waiting.post('/form', FORM('alice'), HTML);
    const stranger = new Client(panel);
    await stranger.post('/wanted');
    for (const [of, ours] of [
      [client, { returnTo: '/old', stopped: 'form' }],
      [waiting, { returnTo: '/old', stopped: 'form' }],
      [stranger, { stopped: 'form' }],
    ] as const) {
      const id = decodeURIComponent(/connect\.sid=([^;]*)/.exec(of.cookie)?.[1] ?? '').replace(
        /^s:([^.]*)\..*/s,
        '$1',
      );
      const stored = await panel.stored(of);
      const older = { ...stored, passportSecondFactor: { ...stored?.passportSecondFactor, ...ours } };
      await new Promise((done) => panel.sessionStore.set(id, older as never, done));
    }
    expect((await client.get('/two-step/step-up', HTML)).status).to.equal(200);
    expect(await locationOf(verify(client, phone, '/two-step/step-up'))).to.equal('/');
    expect((await waiting.get('/two-step/verify', HTML)).text).to.contain('has not been carried out');
    expect(await locationOf(verify(waiting, phone))).to.equal('/old');
    expect((await stranger.get('/two-step', HTML)).headers.location).to.equal('/login');
    expect(await locationOf(stranger.post('/form', FORM('bob'), HTML))).to.equal('/two-step');
  });
});
