import { expect } from 'chai';
import type { Express } from 'express';
import { requireSecondFactor } from 'passport-second-factor';
import type { GuardOptions } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const HTML = { accept: 'text/html' };
const GUARDS: Record<string, GuardOptions> = {
  '/strict': {},
  '/explicit': { unenrolled: 'enroll', maxAge: undefined },
  '/fresh': { maxAge: 300 },
  '/allow': { unenrolled: 'allow' },
  '/allow-fresh': { unenrolled: 'allow', maxAge: 300 },
};

function guarded(app: Express): void {
  for (const [path, options] of Object.entries(GUARDS)) {
    app.all(path, requireSecondFactor(options), (_req, res) => res.json({ through: true }));
  }
}
const start = (): Promise<Panel> => startPanel({ routes: ({ app }) => guarded(app) });

/** What each guard answers a program: `through`, or status and code. */
async function decisions(client: Client): Promise<Record<string, unknown>> {
  const answers = await Promise.all(
    Object.keys(GUARDS).map(async (path) => {
      const { status, body } = await client.get(path);
      return [path, status === 200 ? 'through' : `${String(status)} ${String(body.code)}`];
    }),
  );
  return Object.fromEntries(answers) as Record<string, unknown>;
}
const all = (decision: string): Record<string, string> =>
  Object.fromEntries(Object.keys(GUARDS).map((path) => [path, decision]));

describe('session/require-second-factor', () => {
  afterEach(stopPanels);

  it('refuses strangers and parked sign-ins everywhere (A1)', async () => {
    const panel = await start();
    expect(await decisions(new Client(panel))).to.deep.equal(all('401 login-required'));
    await enroll(panel);
    expect(await decisions(await loggedIn(panel))).to.deep.equal(all('401 code-required'));
  });

  it('sends an account without a second factor to enable it, unless told to allow it', async () => {
    const panel = await start();
    const client = await loggedIn(panel, 'bob');
    expect(await decisions(client)).to.deep.equal({
      '/strict': '403 enrollment-required',
      '/explicit': '403 enrollment-required',
      '/fresh': '403 enrollment-required',
      '/allow': 'through',
      '/allow-fresh': 'through',
    });
    panel.now += 300_000;
    expect((await decisions(client))['/allow-fresh'], 'exactly as old as allowed').to.equal('through');
    panel.now += 1;
    expect((await decisions(client))['/allow-fresh']).to.equal('401 step-up-required');
    expect((await client.get('/allow-fresh')).body.location).to.equal('/login');
  });

  it('asks for a fresh code with maxAge, and passes after step-up', async () => {
    const panel = await start();
    const { client, phone } = await enrolled(panel);
    expect(await decisions(client)).to.deep.equal(all('through'));
    panel.now += 300_001;
    expect(await decisions(client)).to.deep.equal({
      ...all('through'),
      '/fresh': '401 step-up-required',
      '/allow-fresh': '401 step-up-required',
    });
    const refused = await client.get('/fresh');
    expect(refused.headers['www-authenticate']).to.match(
      /^Bearer error="insufficient_user_authentication", .*max_age="300"$/,
    );
    expect(refused.body).to.include({ location: '/two-step/step-up', maxAge: 300 });
    expect((await client.post('/two-step/step-up', { code: phone.nextCode() })).status).to.equal(200);
    expect(await decisions(client)).to.deep.equal(all('through'));
  });

  it('does not take a proof from the future for fresh (C9)', async () => {
    const panel = await start();
    const { client } = await enrolled(panel);
    panel.now -= 61_000;
    expect((await decisions(client))['/fresh']).to.equal('401 step-up-required');
  });

  it('sends a browser to the page that helps, and brings it back', async () => {
    const panel = await start();
    const stranger = new Client(panel);
    const away = await stranger.get('/strict', HTML);
    expect(away.status).to.equal(303);
    expect(away.headers.location).to.equal('/login');
    expect(away.headers['cache-control']).to.equal('no-store');

    const bob = await loggedIn(panel, 'bob');
    expect((await bob.get('/strict', HTML)).headers.location).to.equal('/two-step');

    const { client, phone } = await enrolled(panel);
    panel.now += 301_000;
    expect((await client.get('/fresh?page=2', HTML)).headers.location).to.equal('/two-step/step-up');
    const stepped = await client.post(
      '/two-step/step-up',
      new URLSearchParams({ code: phone.nextCode() }),
      HTML,
    );
    expect(stepped.headers.location).to.equal('/fresh?page=2');
    panel.now += 301_000;
    await client.post('/fresh?page=3', new URLSearchParams(), HTML);
    const home = await client.post(
      '/two-step/step-up',
      new URLSearchParams({ code: phone.nextCode() }),
      HTML,
    );
    expect(home.headers.location, 'a POST is not come back to').to.equal('/');
  });

  it('gives programs a problem document with a challenge for 401, without a session', async () => {
    const panel = await start();
    const answer = await new Client(panel).get('/strict');
    expect(answer.headers['content-type']).to.equal('application/problem+json; charset=utf-8');
    expect(answer.headers['www-authenticate']).to.equal('Session error="login-required"');
    expect(answer.headers).not.to.have.property('set-cookie');
    expect(answer.body).to.deep.equal({
      type: 'urn:passport-second-factor:error:login-required',
      title: 'Sign in first.',
      status: 401,
      code: 'login-required',
      location: '/login',
    });
    const bob = await loggedIn(panel, 'bob');
    expect((await bob.get('/strict')).headers).not.to.have.property('www-authenticate');
  });

  it('refuses every method alike', async () => {
    const panel = await start();
    const client = new Client(panel);
    expect((await client.post('/strict')).status).to.equal(401);
    const bob = await loggedIn(panel, 'bob');
    expect((await bob.post('/strict')).status).to.equal(403);
  });

  it('is synchronous and reads no store', async () => {
    const store = memoryStore();
    let reads = 0;
    const get = store.get.bind(store);
    store.get = (id) => {
      reads++;
      return get(id);
    };
    const seen: unknown[] = [];
    const panel = await startPanel({
      store,
      routes({ app }) {
        app.get('/sync', (req, res) => {
          const before = reads;
          for (const options of Object.values(GUARDS)) {
            let passed = false;
            requireSecondFactor(options)(req, res, () => (passed = true));
            seen.push(passed);
          }
          res.json({ reads: reads - before });
        });
      },
    });
    const { client } = await enrolled(panel);
    expect((await client.get('/sync')).body).to.deep.equal({ reads: 0 });
    expect(seen).to.deep.equal([true, true, true, true, true]);
  });

  it('throws for options it does not know, at once and with the fix', () => {
    for (const [options, code, message] of [
      [{ maxage: 300 }, 'option-unknown', /unknown guard option maxage; did you mean maxAge\?/],
      [{ age: 300 }, 'option-unknown', /unknown guard option age; known are: unenrolled, maxAge/],
      [{ acceptRememberedBrowser: 'no' }, 'option-invalid', /true or false/],
      [{ maxAge: 0 }, 'option-invalid', /whole seconds from 1/],
      [{ maxAge: 1.5 }, 'option-invalid', /whole seconds from 1/],
      [{ maxAge: '300' }, 'option-invalid', /got string/],
      [{ unenrolled: 'deny' }, 'option-invalid', /'enroll' or 'allow'/],
    ] as const) {
      const thrown = catchError(() => requireSecondFactor(options as unknown as GuardOptions));
      expect(thrown).to.include({ code });
      expect(thrown.message).to.match(message);
    }
  });

  it('keeps what it was given, whatever becomes of the object', async () => {
    const options: GuardOptions = { maxAge: 60 };
    const guard = requireSecondFactor(options);
    const panel = await startPanel({
      routes({ app }) {
        app.get('/fresh', guard, (_req, res) => res.json({}));
      },
    });
    const { client } = await enrolled(panel);
    panel.now += 61_000;
    delete options.maxAge;
    expect((await client.get('/fresh')).body.code).to.equal('step-up-required');
  });

  it('hands on a coded error where session() was not mounted', async () => {
    const panel = await startPanel({
      bare: true,
      routes({ app }) {
        guarded(app);
      },
    });
    const answer = await new Client(panel).get('/strict');
    expect(answer.status).to.equal(500);
    expect(answer.body.code).to.equal('session-not-mounted');
    expect((panel.errors[0] as Error).message).to.include('app.use(secondFactor.session())');
  });
});

function catchError(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
