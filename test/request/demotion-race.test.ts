import { expect } from 'chai';
import { Secret } from 'otpauth';
import { Client } from '../support/client.js';
import { burst, enroll, enrolled, loggedIn } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import { redisForTests } from '../support/redis-server.js';
import { sessionId } from '../support/sessions.js';
import type { Panel, PanelParts } from '../support/panel.js';

const BY = { by: 'operator' };

/** A panel in which a test does something at any wait of a request. */
interface WaitingPanel extends Panel {
  required: boolean;
  /** Does something at one of the waits from now on: of the session store, the record store, the application. */
  at(wait: number, act: () => Promise<unknown>): void;
  /** From now on so many requests wait for each other, once their sessions are loaded. */
  together(count: number): void;
}

async function start(parts: PanelParts = {}): Promise<WaitingPanel> {
  let next: { left: number; act: () => Promise<unknown> } | undefined;
  const wait = async (): Promise<void> => {
    if (!next || --next.left > 0) return;
    const { act } = next;
    next = undefined;
    await act();
  };
  let missing = 0;
  const arrived: (() => void)[] = [];
  const panel = await startPanel({
    ...parts,
    options: {
      rememberBrowsers: { days: 30 },
      policy: () => wait().then(() => (made.required ? 'required' : 'optional')),
      async findUser(id) {
        await wait();
        if (--missing > 0) await new Promise<void>((resolve) => arrived.push(resolve));
        else for (const goOn of arrived.splice(0)) goOn();
        return panel.users.find((user) => user.id === id);
      },
    },
  });
  const { store, sessionStore } = panel;
  const [read, load] = [store.get.bind(store), sessionStore.get.bind(sessionStore)];
  Object.assign(store, { get: (id: string) => wait().then(() => read(id)) });
  sessionStore.get = (id, done) => void wait().then(() => load(id, done));
  const made: WaitingPanel = Object.assign(panel, {
    required: false,
    together: (count: number) => void (missing = count),
    at: (left: number, act: () => Promise<unknown>) => void (next = { left, act }),
  });
  return made;
}

async function unmarked(panel: Panel, client: Client): Promise<void> {
  const { passportSecondFactor: _mark, ...session } = (await panel.stored(client))!;
  await new Promise((done) => panel.sessionStore.set(sessionId(client), session as never, done));
}

/** Everything up to the next request of a session, which is to take something from it. */
const DEMOTIONS: Record<string, (panel: WaitingPanel) => Promise<{ owner: Client; phone?: Phone }>> = {
  'enabled elsewhere': async (panel) => {
    const owner = await loggedIn(panel);
    return { owner, phone: await enroll(panel) };
  },
  'its authenticator replaced': async (panel) => {
    const { client: owner } = await enrolled(panel);
    await panel.secondFactor.admin.disable('alice', BY);
    await panel.secondFactor.admin.import('alice', { secret: new Secret({ size: 20 }).base32, ...BY });
    return { owner };
  },
  'its browser revoked': async (panel) => {
    const { client: owner, phone } = await enrolled(panel);
    await owner.post('/logout');
    await owner.login('alice');
    await owner.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    await owner.post('/logout');
    expect((await owner.login('alice')).status).to.equal(200);
    await panel.secondFactor.admin.revokeBrowsers('alice', BY);
    return { owner, phone };
  },
  'no mark': async (panel) => {
    const { client: owner, phone } = await enrolled(panel);
    await unmarked(panel, owner);
    return { owner, phone };
  },
  'no second factor, which is required now': async (panel) => {
    const owner = await loggedIn(panel);
    panel.required = true;
    return { owner };
  },
  'no second factor any more': async (panel) => {
    const { client: owner } = await enrolled(panel);
    await panel.secondFactor.admin.disable('alice', BY);
    return { owner };
  },
  'another password': async (panel) => {
    const owner = await loggedIn(panel);
    userOf(panel).passwordChangedAt++;
    return { owner };
  },
};

describe('request/evaluate-request: a session that loses rights while it ends', () => {
  const redis = redisForTests();
  afterEach(stopPanels);

  const ENDS: Record<string, (panel: Panel, owner: Client) => Promise<unknown>> = {
    'signed out': (_panel, owner) => owner.post('/logout'),
    'ended by the application': (panel, owner) =>
      new Promise((done) => panel.sessionStore.destroy(sessionId(owner), done)),
  };

  for (const [what, prepare] of Object.entries(DEMOTIONS)) {
    for (const [how, end] of Object.entries(ENDS)) {
      for (const sessions of ['in memory', 'on Redis']) {
        it(`gives a slow request nothing to go on from: ${what}, and ${how}, sessions ${sessions}`, async () => {
          let wait = 1;
          for (; ; wait++) {
            await redis().flushall();
            const panel = await start(sessions === 'on Redis' ? { redis: redis() } : {});
            const { owner } = await prepare(panel);
            const { cookie } = owner;
            const thief = new Client(panel);
            let was: unknown = null;
            panel.at(wait, async () => {
              was = await panel.stored(owner);
              await end(panel, owner);
            });
            const answer = await thief.get('/me', { cookie });
            if (was === null) break; // it went on before that
            expect([answer.status, answer.body], `wait ${wait}`).to.be.deep.oneOf([
              [401, { code: 'sign-in-expired' }],
              [200, { user: null }],
            ]);
            expect((await thief.get('/two-step')).body.state, `wait ${wait}`).to.equal('anonymous');
            await stopPanels();
          }
          expect(wait, 'it waits for the account at least').to.be.greaterThan(2);
        });
      }
    }
  }

  for (const what of ['enabled elsewhere', 'its browser revoked', 'no mark']) {
    it(`leads one of many requests of a browser to the code form, and lets none spoil its cookie: ${what}`, async () => {
      const panel = await start({ session: { cookie: { maxAge: 3_600_000 } } });
      const { owner, phone } = await DEMOTIONS[what]!(panel);
      panel.told();
      panel.together(8);
      const answers = await burst(8, () => owner.get('/me'));
      expect(answers.filter(({ headers }) => headers['set-cookie'])).to.have.length(1);
      for (const { status, body } of answers) {
        expect([status, body]).to.be.deep.oneOf([
          [401, { code: 'sign-in-expired' }],
          [200, { user: null }],
        ]);
      }
      expect(panel.told()).to.deep.equal(['code-required', 'session-demoted']);
      expect((await owner.get('/two-step')).body.state).to.equal('pending');
      expect((await owner.post('/two-step/verify', { code: phone!.nextCode() })).body).to.include({
        state: 'verified',
      });
    });
  }

  it('leads one of many requests to the set-up form', async () => {
    const panel = await start({ session: { cookie: { maxAge: 3_600_000 } } });
    const { owner } = await DEMOTIONS['no second factor, which is required now']!(panel);
    panel.together(8);
    await burst(8, () => owner.get('/me'));
    expect((await owner.get('/two-step')).body.state).to.equal('must-enroll');
    expect((await owner.post('/two-step/setup')).status).to.equal(200);
  });

  it('leaves the session to the next request where carry() throws', async () => {
    const failures: Error[] = [];
    const carry = (): null => {
      const failure = failures.pop();
      if (failure) throw failure;
      return null;
    };
    const panel = await startPanel({ options: { carry } });
    const owner = await loggedIn(panel);
    const phone = await enroll(panel);
    failures.push(new Error('carry'));
    expect((await owner.get('/me')).status).to.equal(500);
    expect((await owner.get('/two-step')).body.state).to.equal('pending');
    expect((await owner.post('/two-step/verify', { code: phone.nextCode() })).body).to.include({
      state: 'verified',
    });
  });
});
