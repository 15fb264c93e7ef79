import { expect } from 'chai';
import type { ErrorRequestHandler, Request } from 'express';
import session from 'express-session';
import { Client, enrol, enrolled, knows, stopPanels } from '../docs/trap-panel.js';
import { loggedIn, sessionId, startSessionPanel } from '../support/session-panel.js';
import type { SessionPanel } from '../support/session-panel.js';
import { requireSecondFactor } from '../../lib/index.js';
import type { SecondFactorRequiredError } from '../../lib/index.js';

const HTML = { accept: 'text/html' };
const DAY = 86_400_000;

describe('session/refuse: where a browser wanted to go', () => {
  let panel: SessionPanel;
  /** How long the store was told to keep each session, as stores ask it. */
  const lives = new Map<string, number | undefined>();
  class AskingStore extends session.MemoryStore {
    override set(id: string, data: session.SessionData, done?: (error?: unknown) => void): void {
      lives.set(id, data.cookie.maxAge);
      super.set(id, data, done);
    }
  }

  beforeEach(async () => {
    panel = await startSessionPanel({
      session: { cookie: { maxAge: DAY }, store: new AskingStore() },
      routes({ app }) {
        app.post('/cart', (req, res) => res.json(Object.assign(req.session, { cart: ['book'] })));
        app.all('/danger', requireSecondFactor({ maxAge: 300 }), (_req, res) => res.json({}));
      },
    });
  });
  afterEach(stopPanels);

  const lifeOf = (client: Client): number | undefined => lives.get(sessionId(client));

  it('is kept for strangers, ten minutes long: many of them must not fill the store', async () => {
    const client = new Client(panel);
    for (const page of ['/secret?a=1', '/secret?b=2']) {
      expect((await client.get(page, HTML)).headers.location).to.equal('/login');
      expect(await panel.stored(client)).to.include({ returnTo: page });
      expect(lifeOf(client)).to.be.within(1, 600_000);
    }
  });

  it('shortens no session that holds anything else', async () => {
    const client = new Client(panel);
    await client.post('/cart');
    await client.get('/secret', HTML);
    expect(await panel.stored(client)).to.include({ returnTo: '/secret' });
    expect(lifeOf(client)).to.be.within(DAY - 60_000, DAY);
    const bob = await loggedIn(panel, 'bob');
    await bob.get('/secret', HTML);
    expect((await panel.stored(bob))?.secondFactor).to.include({ returnTo: '/secret' });
    expect(await panel.stored(bob)).to.include({ returnTo: '/secret' });
    expect(lifeOf(bob)).to.be.within(DAY - 60_000, DAY);
  });

  it('is kept in the state of who is asked for a code or a fresh one, and nowhere else', async () => {
    const { client } = await enrolled(panel);
    panel.now += 301_000;
    expect((await client.get('/danger?x', HTML)).headers.location).to.equal('/two-step/step-up');
    expect((await panel.stored(client))?.secondFactor).to.include({ returnTo: '/danger?x' });
    expect(await panel.stored(client)).to.not.have.property('returnTo');
    const pending = await loggedIn(panel);
    await pending.get('/secret', HTML);
    expect((await panel.stored(pending))?.secondFactor).to.include({ state: 'pending', returnTo: '/secret' });
    expect(await panel.stored(pending)).to.not.have.property('returnTo');
  });

  it('is not kept where coming back by GET would be another thing', async () => {
    const { client } = await enrolled(panel);
    panel.now += 301_000;
    const form = { ...HTML, 'content-type': 'application/x-www-form-urlencoded' };
    expect((await client.post('/danger', new URLSearchParams(), form)).status).to.equal(303);
    expect((await panel.stored(client))?.secondFactor).to.not.have.property('returnTo');
  });

  it('tells programs how old a code may be, and only where that is asked', async () => {
    const phone = await enrol(panel);
    const client = await loggedIn(panel);
    await client.post('/two-step/verify', { code: phone() });
    panel.now += 301_000;
    expect((await client.get('/danger')).body).to.include({ code: 'step-up-required', maxAge: 300 });
    expect((await new Client(panel).get('/secret')).body).to.not.have.property('maxAge');
  });

  describe('a link that proves who is there, once: an OAuth callback, a magic link', () => {
    const CALLBACK = '/oauth/callback?state=1&code=alice';

    beforeEach(async () => {
      panel = await startSessionPanel({
        options: { onCodeRequired: 'error' },
        routes({ app, ...made }) {
          const byCode = (req: Request): string => req.query.code as string;
          knows({ app, ...made }, 'oauth', byCode);
          app.get('/oauth/callback', made.passport.authenticate('oauth', { successRedirect: '/home' }));
          app.get('/token', (req, _res, next) => {
            req.user = { ...made.users[0] };
            next();
          });
          app.get('/token', requireSecondFactor());
          const answer: ErrorRequestHandler = (error: SecondFactorRequiredError, req, _res, _next) => {
            const { code, status, location } = error;
            req.secondFactor?.refuse({ ok: false, code: code as 'code-required', status, location });
          };
          app.use(answer);
        },
      });
    });

    it('is never gone back to: who is asked for the code goes where the sign-in leads', async () => {
      const phone = await enrol(panel);
      const client = new Client(panel);
      expect((await client.get(CALLBACK, HTML)).headers.location).to.equal('/two-step/verify');
      const done = await client.post('/two-step/verify', new URLSearchParams({ code: phone() }), HTML);
      expect([done.status, done.headers.location]).to.deep.equal([303, '/home']);
    });

    it('is not gone back to by who was stopped elsewhere before', async () => {
      const phone = await enrol(panel);
      const client = new Client(panel);
      await client.get(CALLBACK, HTML);
      await client.get('/secret?wanted', HTML);
      await client.get(CALLBACK, HTML);
      expect((await panel.stored(client))?.secondFactor).to.include({ state: 'pending', returnTo: '/home' });
      await client.get('/secret?wanted', HTML);
      const done = await client.post('/two-step/verify', new URLSearchParams({ code: phone() }), HTML);
      expect(done.headers.location).to.equal('/secret?wanted');
    });

    it('is not kept for a stranger whom something else than the session let in', async () => {
      const client = new Client(panel);
      expect((await client.get('/token?token=once', HTML)).headers.location).to.equal('/login');
      expect(await panel.stored(client)).to.equal(null);
    });
  });
});
