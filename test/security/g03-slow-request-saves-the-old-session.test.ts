import { request } from 'node:http';
import { expect } from 'chai';
import { Client, enrol, enrolled, stopPanels } from '../docs/trap-panel.js';
import type { Phone } from '../docs/trap-panel.js';
import type { Jar } from '../support/panel-process.js';
import { loggedIn, startSessionPanel } from '../support/session-panel.js';
import { cookieOf, isOut, onEachStore, verify } from './support/acgl-panel.js';

/** A request whose body comes in two parts, with something in between; its status. */
async function inTwoParts(
  port: number,
  path: string,
  cookie: string,
  body: string,
  between: () => Promise<unknown>,
): Promise<number> {
  const headers = { cookie, 'content-type': 'application/json', accept: 'application/json' };
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  const sent = request({
    host: '127.0.0.1',
    port,
    path,
    method: 'POST',
    headers: { ...headers, ...length },
    agent: false,
  });
  const answered = new Promise<number>((resolve, reject) => {
    sent.on('error', reject).on('response', (res) => {
      res.resume();
      resolve(res.statusCode ?? 0);
    });
  });
  await new Promise((flushed) => sent.write(body.slice(0, 2), flushed));
  await new Promise((later) => setTimeout(later, 50)); // the server has read the session by now
  await between();
  sent.end(body.slice(2));
  return answered;
}

describe('G3: a slow request that saves a session back which was ended meanwhile', () => {
  onEachStore((target) => {
    const portOf = (): number => Number(new URL(target().url).port);

    it('does nothing for a thief who began it before the owner signed out', async () => {
      const { jar: owner, phone } = await target().enrolled('alice');
      let jar: Jar = owner;
      for (const path of ['disable', 'recovery-codes', 'step-up', 'setup', 'setup/confirm']) {
        const thief = jar.copy();
        const before = await target().record('alice');
        const body = JSON.stringify({ code: phone.nextCode() });
        const status = await inTwoParts(portOf(), `/two-step/${path}`, cookieOf(thief), body, () =>
          jar.post('/logout'),
        );
        expect(status, path).to.equal(401);
        expect(await target().record('alice'), path).to.equal(before);
        await isOut(thief);
        jar = await target().pending('alice');
        expect((await verify(jar, phone.nextCode())).status).to.equal(200);
      }
    });

    it('enters nobody for an admin whose session was ended, and completes no cancelled sign-in', async () => {
      const admin = await target().signedIn('admin');
      const thief = admin.copy();
      const body = JSON.stringify({ account: 'alice' });
      const status = await inTwoParts(portOf(), '/two-step/impersonation', cookieOf(thief), body, () =>
        admin.post('/logout'),
      );
      expect(status).to.equal(401);
      await isOut(thief);

      const { phone } = await target().enrolled('bob');
      const waiting = await target().pending('bob');
      const copy = waiting.copy();
      const code = JSON.stringify({ code: phone.nextCode() });
      const late = await inTwoParts(portOf(), '/two-step/verify', cookieOf(copy), code, () =>
        waiting.post('/two-step/cancel'),
      );
      expect(late).to.equal(401);
      await isOut(copy);
    });

    it('goes on from no acting that the actor left meanwhile', async () => {
      const root = await target().signedIn('root');
      expect(await root.who()).to.equal('root > admin');
      const thief = root.copy();
      const body = JSON.stringify({ account: 'alice' });
      const status = await inTwoParts(portOf(), '/two-step/impersonation', cookieOf(thief), body, () =>
        root.leave(),
      );
      expect(status).to.equal(401);
      await isOut(thief);
      expect(await root.who()).to.equal('root');
    });
  });

  for (const resave of [true, false]) {
    describe(`with resave: ${String(resave)}`, () => {
      afterEach(stopPanels);
      const start = () =>
        startSessionPanel({
          session: { resave, rolling: resave },
          routes({ app }) {
            app.post('/slow', (req, res) => {
              req.resume().on('end', () => res.json(Object.assign(req.session, { note: 'late' })));
            });
          },
        });
      const ends: Record<string, (client: Client, phone: Phone) => Promise<unknown>> = {
        'signed out': (client) => client.post('/logout'),
        'gave a code to step up': (client, phone) => client.post('/two-step/step-up', { code: phone() }),
        'disabled the factor': (client, phone) => client.post('/two-step/disable', { code: phone() }),
      };
      for (const [what, end] of Object.entries(ends)) {
        it(`leaves nothing under the old id of a session whose owner ${what}`, async () => {
          const panel = await start();
          const { client, phone } = await enrolled(panel);
          const { cookie } = client;
          await inTwoParts(panel.port, '/slow', cookie, '{"a":1}', () => end(client, phone));
          expect(await panel.stored(cookie)).to.equal(null);
          expect((await new Client(panel).get('/secret', { cookie })).status).to.equal(401);
        });
      }

      it('leaves nothing under the old id of a waiting sign-in whose code came', async () => {
        const panel = await start();
        const phone = await enrol(panel);
        const client = await loggedIn(panel);
        const { cookie } = client;
        await inTwoParts(panel.port, '/slow', cookie, '{"a":1}', () =>
          client.post('/two-step/verify', { code: phone() }),
        );
        expect(await panel.stored(cookie)).to.equal(null);
        expect(await client.me()).to.equal('alice');
      });
    });
  }
});
