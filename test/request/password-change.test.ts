import { once } from 'node:events';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import express from 'express';
import { requireSecondFactor } from 'passport-second-factor';
import type { Answer, Client } from '../support/client.js';
import { until } from '../support/eventually.js';
import { enrolled, loggedIn } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const SECONDS = 1000;

describe('request/password-change: other requests while a password is changed', () => {
  let panel: Panel;
  /** What happens before the new password is saved. */
  let checked: () => unknown;
  /** What happens once it is saved, before `renew()`. */
  let saved: () => unknown;
  /** Whether the application renews the session. */
  let renews: boolean;

  beforeEach(async () => {
    checked = () => undefined;
    saved = () => undefined;
    renews = true;
    panel = await startPanel({
      first: ({ app }) =>
        app.use((req, _res, next) => {
          if (req.headers['x-leaves'] === 'checking') req.socket.once('close', () => process.nextTick(next));
          else next();
        }),
      routes({ app }) {
        app.all('/password', express.json(), async (req, res) => {
          if (!req.user) {
            res.sendStatus(401);
            return;
          }
          await checked();
          const stamp = ++userOf(panel).passwordChangedAt;
          await saved();
          if (renews) await req.secondFactor?.renew(stamp);
          res.json({});
        });
        app.post('/other', (req, res) => res.json({ ended: req.secondFactor?.ended }));
      },
    });
  });
  afterEach(stopPanels);

  const kinds = {
    'without a second factor': () => loggedIn(panel),
    'with both steps': async () => (await enrolled(panel)).client,
  };
  for (const [what, signIn] of Object.entries(kinds)) {
    it(`are nobody's and take the session away from nobody, ${what}`, async () => {
      const client = await signIn();
      const beside: Answer[] = [];
      panel.told();
      saved = async () => {
        for (const path of ['/me', '/secret']) beside.push(await client.copy().get(path));
        beside.push(await client.copy().post('/other'));
      };
      expect((await client.post('/password')).status).to.equal(200);
      expect(beside.map(({ status }) => status)).to.deep.equal([200, 401, 200]);
      expect(beside[0]!.body.user).to.equal(null);
      expect(beside.map(({ headers }) => headers['set-cookie'])).to.deep.equal(Array(3).fill(undefined));
      expect(await client.me()).to.equal('alice');
      expect(panel.told()).to.deep.equal([]);
    });
  }

  it('go on signed in where it was sent twice: the later one renews the session', async () => {
    const client = await loggedIn(panel);
    const [bothChecked, bothSaved, firstAnswered] = [gate(2), gate(2), gate(1)];
    checked = bothChecked;
    saved = async () => {
      const isLater = userOf(panel).passwordChangedAt === 3;
      await bothSaved();
      if (isLater) await firstAnswered.opened;
    };
    const sent = [client.copy(), client.copy()].map(async (browser) => {
      const answer = await browser.post('/password');
      if (answer.status !== 200) void firstAnswered();
      return { browser, ...answer };
    });
    const [done, refused] = (await Promise.all(sent)).toSorted((a, b) => a.status - b.status);
    expect(done!.status).to.equal(200);
    expect(refused!.body.code).to.equal('sign-in-expired');
    expect(await done!.browser.me()).to.equal('alice');
    expect(panel.told()).not.to.include('session-demoted');
  });

  it('end the session as ever once it is answered without renew()', async () => {
    const client = await loggedIn(panel);
    renews = false;
    let beside: unknown;
    saved = async () => (beside = await client.copy().me());
    await client.post('/password');
    expect(beside).to.equal(null);
    panel.told();
    expect((await client.post('/other')).body).to.deep.equal({ ended: 'password-changed' });
    expect(panel.told()).to.deep.equal(['session-demoted']);
  });

  it('end the session where it takes more than ten seconds', async () => {
    const client = await loggedIn(panel);
    saved = () => {
      panel.now += 10 * SECONDS + 1;
      return client.copy().me();
    };
    expect((await client.post('/password')).body.code).to.equal('sign-in-expired');
    expect(panel.told()).to.include('session-demoted');
  });

  it('end the session where only a request that changes nothing is under way', async () => {
    const client = await loggedIn(panel);
    saved = () => client.copy().me();
    expect((await client.get('/password')).body.code).to.equal('sign-in-expired');
    expect(panel.told()).to.include('session-demoted');
  });

  it('are not the request itself, where its guard has checked it once more', async () => {
    await stopPanels();
    panel = await startPanel({
      options: { recheckSeconds: 60 },
      routes({ app }) {
        const guard = requireSecondFactor({ unenrolled: 'allow', maxAge: 60 });
        app.post('/overtaken', guard, async (req, res) => {
          await req.secondFactor?.renew(userOf(panel).passwordChangedAt++);
          res.json({});
        });
      },
    });
    const client = await loggedIn(panel);
    await client.me();
    panel.told();
    expect((await client.post('/overtaken')).body.code).to.equal('sign-in-expired');
    expect(panel.told()).to.deep.equal(['session-demoted']);
  });

  it('end other sessions of the account at once', async () => {
    const [client, other] = [await loggedIn(panel), await loggedIn(panel)];
    panel.told();
    saved = () => other.me();
    expect((await client.post('/password')).status).to.equal(200);
    expect(panel.told()).to.deep.equal(['session-demoted']);
    expect(await client.me()).to.equal('alice');
  });

  it('end the session once the client that changed it is gone', async () => {
    const client = await loggedIn(panel);
    renews = false;
    const left = gate(1);
    const leaving = new AbortController();
    saved = () => {
      leaving.abort();
      return left.opened;
    };
    panel.server.prependListener('request', (_req, res) => res.once('close', () => void left()));
    const { url } = panel;
    const headers = { cookie: client.cookie };
    const outcome = fetch(`${url}/password`, { method: 'POST', headers, signal: leaving.signal });
    expect(await outcome.catch(() => 'left')).to.equal('left');
    await left.opened;
    expect((await client.post('/other')).body).to.deep.equal({ ended: 'password-changed' });
  });

  /** Sends raw POSTs of a client on one connection, and closes it. */
  async function sendAndLeave(client: Client, count: number, leaves: 'checking' | 'answered'): Promise<void> {
    const arrived = gate(count);
    const hear = (): void => void arrived();
    panel.server.on('request', hear);
    const head = `Host: a\r\nCookie: ${client.cookie}\r\nX-Leaves: ${leaves}\r\nContent-Length: 0`;
    const socket = connect(panel.port, '127.0.0.1');
    socket.on('error', () => undefined).write(`POST /other HTTP/1.1\r\n${head}\r\n\r\n`.repeat(count));
    if (leaves === 'answered') await once(socket, 'data');
    await arrived.opened;
    socket.destroy();
    panel.server.off('request', hear);
    await once(socket, 'close');
  }

  for (const [what, count, leaves] of [
    ['leave before they are checked', 1, 'checking'],
    ['send many on one connection and leave', 10, 'answered'],
  ] as const) {
    it(`are not kept for clients that ${what}`, async () => {
      const client = await loggedIn(panel);
      const sent: WeakRef<object>[] = [];
      panel.server.prependListener('request', (_req, res) => sent.push(new WeakRef(res)));
      for (let times = 0; times < 20; times += 1) await sendAndLeave(client, count, leaves);
      const handled = sent.length;
      expect(handled).to.equal(20 * count);
      // The newest may still be held by their connection.
      await until('the responses to be collected', () => {
        collectGarbage();
        return sent.filter((reference) => reference.deref() !== undefined).length <= 2 * count;
      });
    });
  }
});

/** Opens when it was called so often; each call waits for that. */
function gate(count: number): (() => Promise<void>) & { readonly opened: Promise<void> } {
  let open: (() => void) | undefined;
  let missing = count;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const arrive = (): Promise<void> => {
    if (--missing === 0) open?.();
    return opened;
  };
  return Object.assign(arrive, { opened });
}
