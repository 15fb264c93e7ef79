import { expect } from 'chai';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import { minutesOf, sessionId } from '../support/sessions.js';

/** What a copied cookie is worth. */
async function worthOf(panel: Panel, cookie: string): Promise<unknown> {
  const { body } = await new Client(panel).get('/two-step', { cookie });
  return body.state;
}

describe('session/regenerate', () => {
  onEachPanel((startWith) => {
    const start = (): Promise<Panel> =>
      startWith({
        routes({ app }) {
          app.post('/anything', (req, res) => res.json(Object.assign(req.session, { any: 1 })));
          app.post('/renew', async (req, res) => {
            await req.secondFactor?.renew((req.user as User).passwordChangedAt);
            res.json({});
          });
        },
      });

    /** Does something with a client, and asserts that the cookie from before is worth nothing then (G1, G2, L2). */
    async function changesId(panel: Panel, client: Client, act: () => Promise<unknown>): Promise<void> {
      const before = client.cookie;
      expect(sessionId(before)).to.match(/./);
      await act();
      expect(sessionId(client)).not.to.equal(sessionId(before));
      expect(await panel.stored(before)).to.equal(null);
      expect(await worthOf(panel, before)).to.equal('anonymous');
    }

    it('gives a new id to a sign-in without a second factor', async () => {
      const panel = await start();
      const client = new Client(panel);
      await client.post('/anything');
      await changesId(panel, client, () => client.login('bob'));
      expect(await client.me()).to.equal('bob');
    });

    it('gives a new id at each of the two steps', async () => {
      const panel = await start();
      const phone = await enroll(panel);
      const client = new Client(panel);
      await client.post('/anything');
      await changesId(panel, client, () => client.login('alice'));
      await changesId(panel, client, () => client.post('/two-step/verify', { code: phone.nextCode() }));
      expect(await client.me()).to.equal('alice');
    });

    it('gives a new id when a set-up starts, and another one when it is confirmed', async () => {
      const panel = await start();
      const client = await loggedIn(panel);
      await changesId(panel, client, () => client.post('/two-step/setup'));
      const id = sessionId(client);
      await client.post('/two-step/setup');
      expect(sessionId(client), 'going on with one raises nothing').to.equal(id);
      await client.post('/two-step/setup/cancel');
      await changesId(panel, client, () => enroll(panel, 'alice', client));
      expect((await client.get('/secret')).status).to.equal(200);
    });

    it('gives a new id at step-up, and when the factor is disabled', async () => {
      const panel = await start();
      const { client, phone } = await enrolled(panel);
      await changesId(panel, client, () => client.post('/two-step/step-up', { code: phone.nextCode() }));
      expect((await client.get('/secret')).status).to.equal(200);
      await changesId(panel, client, () => client.post('/two-step/disable', { code: phone.nextCode() }));
      expect(await client.me()).to.equal('alice');
    });

    it('gives a new id when a session is renewed, cancelled or signed out', async () => {
      const panel = await start();
      const { client } = await enrolled(panel);
      await changesId(panel, client, () => client.post('/renew'));
      expect((await client.get('/secret')).status).to.equal(200);
      await changesId(panel, client, () => client.post('/logout'));
      await client.login('alice');
      await changesId(panel, client, () => client.post('/two-step/cancel'));
      expect((await client.get('/two-step')).body.state).to.equal('anonymous');
    });

    it('keeps the id and the session for a refused code', async () => {
      const panel = await start();
      const { client } = await enrolled(panel);
      const before = await panel.stored(client);
      const { cookie } = client;
      for (const path of ['/two-step/step-up', '/two-step/disable']) {
        expect((await client.post(path, { code: '000000' })).status).to.equal(401);
      }
      expect(client.cookie).to.equal(cookie);
      const after = await panel.stored(client);
      expect(after?.passportSecondFactor).to.deep.equal(before?.passportSecondFactor);
    });

    it('makes a copied parked cookie worth nothing once its owner gave the code', async () => {
      const panel = await start();
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      const copy = client.cookie;
      await client.post('/two-step/verify', { code: phone.nextCode() });
      const late = await new Client(panel).post(
        '/two-step/verify',
        { code: phone.nextCode() },
        { cookie: copy },
      );
      expect(late.body.code).to.equal('sign-in-expired');
      expect((await client.get('/secret')).status).to.equal(200);
    });
  });

  afterEach(stopPanels);

  it('keeps how long the application lets a session last, and leaves that choice as it is while parked', async () => {
    const day = 24 * 60;
    const panel = await startPanel({
      session: { cookie: { maxAge: 3 * day * 60_000 } },
      routes({ app }) {
        app.post('/remember-me', (req, res) => {
          req.session.cookie.maxAge = 30 * day * 60_000;
          res.json({});
        });
      },
    });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    const lasts = async (): Promise<number> => minutesOf(await panel.stored(client));
    expect(await lasts()).to.equal(3 * day);
    await client.post('/two-step/cancel');
    expect(await lasts(), 'of nobody').to.equal(3 * day);
    await client.login('alice');
    await client.post('/two-step/verify', { code: phone.nextCode() });
    expect(await lasts()).to.equal(3 * day);
    await client.post('/remember-me');
    expect(await lasts()).to.equal(30 * day);
    await client.post('/two-step/step-up', { code: phone.nextCode() });
    expect(await lasts()).to.equal(30 * day);
    await client.post('/two-step/disable', { code: phone.nextCode() });
    expect(await lasts()).to.equal(30 * day);
  });
});
