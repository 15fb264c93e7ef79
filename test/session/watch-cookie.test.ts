import { expect } from 'chai';
import { Client } from '../support/client.js';
import { until } from '../support/eventually.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { PanelParts } from '../support/panel.js';
import { warningsOf } from '../support/warnings.js';

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const CODE = 'SECOND_FACTOR_COOKIE';
const USER = user('alice');
const HTTPS = { 'x-forwarded-proto': 'https' };

describe('session/watch-cookie: the cookie of a sign-in', () => {
  afterEach(stopPanels);

  /** The codes of the warnings while somebody signs in behind a proxy that ends TLS. */
  async function told(
    session: NonNullable<PanelParts['session']>,
    first?: PanelParts['first'],
  ): Promise<unknown[]> {
    const panel = await startPanel({ session, ...(first && { first }) });
    const warnings = await warningsOf(async () => {
      const body = { username: 'alice', password: 'password' };
      const { status, headers } = await new Client(panel).post('/login', body, HTTPS);
      expect({ status, cookies: headers['set-cookie']?.length }).to.deep.equal({ status: 200, cookies: 1 });
    });
    return warnings.map(({ code }) => code);
  }

  it('is missed once where it is secure and no proxy is trusted, with both fixes', async () => {
    const panel = await startPanel({ session: { cookie: { secure: true } } });
    const warnings = await warningsOf(async () => {
      for (let i = 0; i < 2; i++) {
        const client = new Client(panel);
        await client.login('alice');
        expect(client.cookies.size).to.equal(0);
      }
    });
    expect(warnings.map(({ code }) => code)).to.deep.equal([CODE]);
    expect(warnings[0]?.message).to.include("app.set('trust proxy', 1)").and.include("secure: 'auto'");
  });

  it('is missed also where the sign-in waits for its code', async () => {
    const panel = await startPanel({ session: { cookie: { secure: true } } });
    await panel.secondFactor.admin.import('alice', { secret: SECRET, by: 'test' });
    const warnings = await warningsOf(async () => {
      expect((await new Client(panel).login('alice')).body.code).to.equal('code-required');
    });
    expect(warnings.map(({ code }) => code)).to.deep.equal([CODE]);
  });

  it('is not missed where it is sent, nor where nobody signed in', async () => {
    const trusts: PanelParts['first'] = ({ app }) => void app.set('trust proxy', 1);
    expect(await told({ cookie: { secure: true } }, trusts)).to.deep.equal([]);
    expect(await told({ cookie: { secure: true }, proxy: true })).to.deep.equal([]);
    expect(await told({ cookie: { secure: 'auto' } })).to.deep.equal([]);
    const panel = await startPanel({ session: { cookie: { secure: true } } });
    const refused = { username: 'alice', password: 'wrong' };
    expect(await warningsOf(() => new Client(panel).post('/login', refused))).to.deep.equal([]);
  });

  it('is not missed where the answer went out before the sign-in was done', async () => {
    let goOn: (found: typeof USER) => void;
    const found = new Promise<typeof USER>((resolve) => (goOn = resolve));
    const panel = await startPanel({
      session: { cookie: { secure: true } },
      first: ({ app }) => void app.set('trust proxy', 1),
      options: { findUser: () => found },
      routes: ({ app }) =>
        app.post('/late', (req, res) => {
          req.logIn(USER, () => undefined);
          res.status(503).json({});
          res.once('finish', () => setImmediate(goOn, USER));
        }),
    });
    const warnings = await warningsOf(async () => {
      expect((await new Client(panel).post('/late', {}, HTTPS)).status).to.equal(503);
      await until('the sign-in', () => panel.told().includes('signed-in'));
    });
    expect(warnings.map(({ code }) => code)).to.deep.equal([]);
  });

  it('is watched once, no matter how many sign-ins are asked for in one request', async () => {
    const panel = await startPanel({
      routes: ({ app }) =>
        app.post('/many', async (req, res) => {
          const signIn = () => new Promise((resolve) => req.logIn(USER, resolve));
          await Promise.all(Array.from({ length: 20 }, signIn));
          for (let i = 0; i < 20; i++) await signIn();
          res.json({});
        }),
    });
    const warnings = await warningsOf(async () => {
      expect((await new Client(panel).post('/many')).status).to.equal(200);
    });
    expect(warnings.map(({ name }) => name)).to.deep.equal([]);
  });

  it('ends no process where the session has no cookie, or the request no socket', async () => {
    for (const lost of ['cookie', 'socket'] as const) {
      const panel = await startPanel({
        routes: ({ app }) =>
          app.post('/lost', (req, res, next) => {
            req.logIn(USER, (error) => {
              if (error) next(error);
              // The last listener but ours: what the session was saved with stays.
              res.prependListener('finish', () => {
                const owner = lost === 'cookie' ? req.session : req;
                Object.defineProperty(owner, lost, { value: undefined });
              });
              res.json({});
            });
          }),
      });
      const { status } = await new Client(panel).post('/lost');
      expect(status).to.equal(200);
      expect((await new Client(panel).get('/me')).status).to.equal(200);
    }
  });
});
