import { expect } from 'chai';
import type { ErrorRequestHandler } from 'express';
import { Client } from '../support/client.js';
import { until } from '../support/eventually.js';
import { enrolled, loggedIn, phoneWith } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { User } from '../support/panel.js';

describe('request/take-over of a session that cannot be checked', () => {
  afterEach(stopPanels);

  it('shows nobody to an application that goes on all the same, and keeps the session for later (L4, A8)', async () => {
    const goOn: ErrorRequestHandler = (_error, _req, _res, next) => {
      next();
    };
    const panel = await startPanel({
      beforeRouter: ({ app }) => app.use(goOn),
      routes({ app, passport }) {
        // A sub-application with a session() of its own, which also writes.
        app.get('/sub', passport.session(), (req, res) => {
          Object.assign(req.session, { note: 'from the sub-application' });
          res.json({ user: (req.user as User | undefined | null)?.id ?? null });
        });
      },
    });
    const { client } = await enrolled(panel);
    const before = await panel.stored(client);
    const get = panel.store.get.bind(panel.store);
    panel.store.get = () => Promise.reject(new Error('down'));
    expect((await client.get('/sub')).body.user).to.equal(null);
    expect(await client.me()).to.equal(null);
    expect((await client.get('/secret')).status).to.equal(401);
    panel.store.get = get;
    expect(await panel.stored(client)).to.deep.equal(before);
    expect(await client.me()).to.equal('alice');
    expect((await client.get('/secret')).status).to.equal(200);
  });

  it('shows nobody to a sub-application while another request confirms the set-up of the session (D8, L4)', async () => {
    const gate = { open: (): void => undefined, opened: Promise.resolve() };
    const panel = await startPanel({
      options: { setEnrolled: () => gate.opened },
      routes({ app, passport }) {
        app.get('/sub', passport.session(), (req, res) => {
          res.json({ user: (req.user as User | undefined | null)?.id ?? null });
        });
      },
    });
    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/setup');
    gate.opened = new Promise((resolve) => (gate.open = resolve));
    const confirmed = client.copy().post('/two-step/setup/confirm', {
      code: phoneWith(panel, String(body.key)).code(),
    });
    await until('the record to be written', async () => (await panel.store.get('alice')) !== null);
    const before = await panel.stored(client);
    expect((await client.get('/sub')).body.user).to.equal(null);
    expect(await panel.stored(client)).to.deep.equal(before);
    gate.open();
    expect((await confirmed).status).to.equal(200);
  });

  it('leaves a user of other credentials alone, whom no session of Passport holds', async () => {
    const panel = await startPanel({
      afterPassport: ({ app, users }) =>
        app.use((req, _res, next) => {
          if (req.get('x-token') === 'bob') req.user = users[1];
          next();
        }),
    });
    const bearer = { 'x-token': 'bob' };
    const stranger = new Client(panel);
    expect((await stranger.get('/me', bearer)).body.user).to.equal('bob');
    expect((await stranger.get('/secret', bearer)).body.code).to.equal('session-required');
    expect(stranger.cookie).to.equal('');
  });

  it('tells of a parked sign-in that it ran out, and of nothing else', async () => {
    const panel = await startPanel({
      routes({ app }) {
        app.post('/forget', (req, res) => {
          Reflect.deleteProperty(req.session, 'passport');
          res.json({});
        });
      },
    });
    const { client } = await enrolled(panel);
    const parked = await loggedIn(panel);
    await client.post('/forget');
    panel.told();
    expect(await client.me()).to.equal(null);
    expect(panel.told(), 'without the key of Passport').to.deep.equal([]);
    panel.now += 600_000;
    expect(await parked.me()).to.equal(null);
    expect(panel.events.at(-1)).to.include({ name: 'sign-in-ended', accountId: 'alice', reason: 'expired' });
  });
});
