import { expect } from 'chai';
import express from 'express';
import type { AuthenticateOptions } from 'passport';
import { Client } from '../support/client.js';
import { enroll } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Phone } from '../support/people.js';
import type { Panel } from '../support/panel.js';

const HTML = { accept: 'text/html' };
const FORM = (login: string) => new URLSearchParams({ username: login, password: 'password' });

async function startWith(options: AuthenticateOptions, homePath?: string): Promise<Panel> {
  return startPanel({
    options: { ...(homePath !== undefined && { homePath }), returnToOrigins: ['https://app.example'] },
    routes({ app, passport }) {
      app.post(
        '/form',
        express.urlencoded({ extended: false }),
        passport.authenticate('local', options),
        (_req, res) => {
          res.json({ through: true });
        },
      );
      app.post('/wanted', express.json(), (req, res) => {
        Object.assign(req.session, { returnTo: (req.body as { returnTo: unknown }).returnTo });
        res.json({});
      });
    },
  });
}

/** Where a whole sign-in with a code ends. */
async function endOf(panel: Panel, phone: Phone, wanted?: unknown): Promise<string | undefined> {
  const client = new Client(panel);
  if (wanted !== undefined) await client.post('/wanted', { returnTo: wanted });
  const parked = await client.post('/form', FORM('alice'), HTML);
  expect(parked.headers.location).to.equal('/two-step/verify');
  const done = await client.post('/two-step/verify', new URLSearchParams({ code: phone.nextCode() }), HTML);
  expect(done.status).to.equal(303);
  return done.headers.location;
}

describe('sign-in/park: where a sign-in leads', () => {
  afterEach(stopPanels);

  it('leads home when nothing was asked for', async () => {
    const panel = await startWith({}, '/home');
    const phone = await enroll(panel);
    expect(await endOf(panel, phone)).to.equal('/home');
  });

  it('leads to successRedirect', async () => {
    const panel = await startWith({ successRedirect: '/dashboard?tab=1' });
    const phone = await enroll(panel);
    expect(await endOf(panel, phone)).to.equal('/dashboard?tab=1');
    expect(await endOf(panel, phone, '/wanted'), 'a fixed redirect wins, as in Passport').to.equal(
      '/dashboard?tab=1',
    );
  });

  it('leads to what session.returnTo says, else to successReturnToOrRedirect', async () => {
    const panel = await startWith({ successReturnToOrRedirect: '/start' });
    const phone = await enroll(panel);
    expect(await endOf(panel, phone)).to.equal('/start');
    expect(await endOf(panel, phone, '/backups?id=7')).to.equal('/backups?id=7');
  });

  it('leads where the guard stopped the browser, also from the code form', async () => {
    const panel = await startWith({ successReturnToOrRedirect: '/' });
    const phone = await enroll(panel);
    const before = new Client(panel);
    expect((await before.get('/secret?from=guard', HTML)).headers.location).to.equal('/login');
    await before.post('/form', FORM('alice'), HTML);
    const done = await before.post('/two-step/verify', new URLSearchParams({ code: phone.nextCode() }), HTML);
    expect(done.headers.location).to.equal('/secret?from=guard');

    const parked = new Client(panel);
    await parked.post('/form', FORM('alice'), HTML);
    expect((await parked.get('/secret', HTML)).headers.location).to.equal('/two-step/verify');
    const then = await parked.post('/two-step/verify', new URLSearchParams({ code: phone.nextCode() }), HTML);
    expect(then.headers.location).to.equal('/secret');
  });

  it('leads an account without a second factor by the same rules, through Passport itself', async () => {
    const panel = await startWith({ successReturnToOrRedirect: '/start' });
    const client = new Client(panel);
    await client.post('/wanted', { returnTo: '/mine' });
    expect((await client.post('/form', FORM('bob'), HTML)).headers.location).to.equal('/mine');
    expect((await new Client(panel).post('/form', FORM('bob'), HTML)).headers.location).to.equal('/start');
  });

  it('tells programs where to go', async () => {
    const panel = await startWith({ successReturnToOrRedirect: '/start' });
    const phone = await enroll(panel);
    const client = new Client(panel);
    await client.post('/wanted', { returnTo: '/deep' });
    await client.post('/form', FORM('alice'));
    expect((await client.post('/two-step/verify', { code: phone.nextCode() })).body).to.deep.equal({
      state: 'verified',
      returnTo: '/deep',
    });
  });

  for (const hostile of [
    '//e.com',
    '/\\e.com',
    'https://e.com/',
    'javascript:alert(1)',
    ['/a'],
    { length: 1 },
  ]) {
    it(`drops ${JSON.stringify(hostile)} (I3)`, async () => {
      const panel = await startWith({ successReturnToOrRedirect: '/start' });
      const phone = await enroll(panel);
      expect(await endOf(panel, phone, hostile)).to.equal('/start');
    });
  }

  it('checks a parked path again when it is used (I3)', async () => {
    const panel = await startWith({});
    const phone = await enroll(panel);
    const client = new Client(panel);
    await client.post('/form', FORM('alice'), HTML);
    const stored = await panel.stored(client);
    const id = /connect\.sid=s%3A([^.]*)/.exec(client.cookie)?.[1] ?? '';
    const changed = {
      ...stored,
      passportSecondFactor: { ...stored?.passportSecondFactor, returnTo: '//e.com' },
    };
    await new Promise((done) => panel.sessionStore.set(id, changed as never, done));
    const done = await client.post('/two-step/verify', new URLSearchParams({ code: phone.nextCode() }), HTML);
    expect(done.headers.location).to.equal('/');
  });

  it('leads to an origin of returnToOrigins', async () => {
    const panel = await startWith({ successRedirect: 'https://app.example/panel' });
    const phone = await enroll(panel);
    expect(await endOf(panel, phone)).to.equal('https://app.example/panel');
  });

  it('carries no path of the query string or the body of the second step', async () => {
    const panel = await startWith({});
    const phone = await enroll(panel);
    const client = new Client(panel);
    await client.post('/form', FORM('alice'), HTML);
    const body = new URLSearchParams({ code: phone.nextCode(), returnTo: '/evil' });
    const done = await client.post('/two-step/verify?returnTo=/evil', body, HTML);
    expect(done.headers.location).to.equal('/');
  });
});
