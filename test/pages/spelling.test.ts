import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { Client } from '../support/client.js';
import { enroll, loggedIn } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel, PanelParts } from '../support/panel.js';

/** How a rule of the application is put on the code route. */
const RULES = {
  'app.post': ({ app }: Panel) => app.post('/two-step/verify', (_req, res) => res.sendStatus(429)),
  'app.use': ({ app }: Panel) => app.use('/two-step/verify', (_req, res) => res.sendStatus(429)),
};

/** Spellings of the code route. */
const SPELLINGS = [
  '/two-step/verify',
  '/two-step/verify/',
  '/two-step/verify//',
  '/two-step/VERIFY',
  '/TWO-STEP/verify',
  '/two-step//verify',
  '/two-step///verify',
  '//two-step/verify',
  String.raw`/two-step\/verify#`,
  String.raw`/two-step/\verify#`,
  String.raw`/two-step/verify\#`,
  'http://panel.example/two-step/verify\\',
  'http://panel.example/two-step/verify',
  'http://panel.example/two-step//verify',
  'HTTP://panel.example//two-step//verify',
  String.raw`http://panel.example/two-step\/verify`,
  '/two-step%2fverify',
  '/two-step/%2fverify',
  '/two-step/%76erify',
  '/two-step/verify;x',
  '/two-step;/verify',
  '/two-step/./verify',
  '/x/../two-step/verify',
  '/two-step/verify?again=//',
  '/two-step/verify#again',
];

describe('pages/spelling', () => {
  afterEach(stopPanels);

  async function start(parts: PanelParts): Promise<{ panel: Panel; client: Client; phone: Phone }> {
    const panel = await startPanel(parts);
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    panel.told();
    return { panel, client, phone };
  }

  for (const version of [4, 5] as const) {
    for (const [rule, put] of Object.entries(RULES)) {
      for (const setting of ['strict routing', 'case sensitive routing', undefined]) {
        it(`checks no code past a rule of ${rule}, under Express ${version} with ${setting ?? 'its defaults'}`, async () => {
          const { panel, client, phone } = await start({
            express: version,
            first: ({ app }) => void (setting && app.enable(setting)),
            beforeRouter: put,
          });
          const record = JSON.stringify(await panel.store.get('alice'));
          for (const path of SPELLINGS) {
            const { status } = await client.post(path, { code: phone.wrongCode() });
            expect([404, 429], path).to.include(status);
          }
          expect(panel.told()).to.deep.equal([]);
          expect(JSON.stringify(await panel.store.get('alice'))).to.equal(record);
        });
      }
    }

    it(`checks no code past a rule outside of a sub-application, under Express ${version}`, async () => {
      const { panel, client, phone } = await start({
        express: version,
        options: { basePath: '/panel/two-step' },
        beforeRouter({ app, secondFactor }) {
          app.post('/panel/two-step/verify', (_req, res) => res.sendStatus(429));
          const inner = express.Router();
          inner.use('/two-step', secondFactor.router());
          app.use('/panel', inner);
        },
      });
      for (const path of ['/panel/two-step/verify', '/panel//two-step/verify', '/panel/two-step//verify']) {
        const { status } = await client.post(path, { code: phone.wrongCode() });
        expect([404, 429], path).to.include(status);
      }
      expect(panel.told()).to.deep.equal([]);
    });

    it(`answers the spellings that routes of the application have, under Express ${version}`, async () => {
      const { client, phone } = await start({ express: version });
      for (const path of [
        '/two-step/verify',
        '/two-step/verify/',
        '/Two-Step/Verify',
        '/two-step/verify?again=//',
        'http://panel.example/two-step/verify',
      ]) {
        const { body } = await client.post(path, { code: phone.wrongCode() });
        expect(['code-invalid', 'locked'], path).to.include(body.code);
      }
      for (const path of ['', '/', '?x=//', '/?x']) {
        expect((await client.get(`/two-step${path}`)).status, path).to.equal(200);
      }
    });

    it(`shows nothing past a rule on the page itself, under Express ${version} with strict routing`, async () => {
      const { client } = await start({
        express: version,
        first: ({ app }) => void app.enable('strict routing'),
        beforeRouter: ({ app }) => app.get('/two-step', (_req, res) => res.sendStatus(403)),
      });
      for (const path of ['/two-step', '/two-step/', '/two-step/?x', 'http://panel.example/two-step/']) {
        expect([403, 404], path).to.include((await client.get(path)).status);
      }
    });

    it(`leaves other spellings to the application, under Express ${version}`, async () => {
      const { client } = await start({
        express: version,
        routes: ({ app }) =>
          app.use((req, res, next) => (req.url.includes('//') ? res.json({ own: req.url }) : next())),
      });
      expect((await client.get('/two-step//verify')).body).to.deep.equal({ own: '/two-step//verify' });
    });
  }

  it('answers where there is no application of Express', async () => {
    const { sessions, passport, secondFactor } = await startPanel({ bare: true });
    const router = express.Router().use(sessions, passport.session(), secondFactor.session());
    router.use('/two-step', secondFactor.router());
    const server = createServer((req, res) => {
      router(req as express.Request, res as express.Response, () => res.writeHead(404).end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = new Client(server.address() as AddressInfo);
    expect((await client.get('/two-step/Verify/')).body.code).to.equal('login-required');
    expect((await client.get('/two-step//verify')).status).to.equal(404);
    server.close();
  });
});
