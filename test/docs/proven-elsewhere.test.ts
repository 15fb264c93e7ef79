import { join } from 'node:path';
import { expect } from 'chai';
import type { Request, RequestHandler } from 'express';
import type { Configuration } from 'openid-client';
import type { Strategy } from 'openid-client/passport';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { programOf } from '../support/doc-program.js';
import type { ProgramFolder } from '../support/doc-program.js';
import { startOidcProvider } from '../support/oidc-provider.js';
import type { Claims, OidcProvider } from '../support/oidc-provider.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enroll, enrolled, give, said } from '../support/people.js';
import { signedOn, singleSignOn as guards } from '../support/single-sign-on.js';

interface Example {
  singleSignOn(
    config: Configuration,
    callbackURL: string,
    bySubject: (issuer: string, sub: string) => Promise<object | undefined>,
  ): Strategy;
}
interface PasskeySignIn {
  passkeySignedIn(req: Request, user: object, userVerified: boolean): void;
}

describe('docs/proven-elsewhere.md', () => {
  let folder: ProgramFolder;
  let provider: OidcProvider;
  before(async () => {
    folder = programOf('docs/proven-elsewhere.md');
    provider = await startOidcProvider('panel');
  });
  after(() => {
    folder.remove();
    provider.stop();
  });
  afterEach(stopPanels);

  /** A panel whose users may sign in at the provider, too. */
  async function startWithSignOn(): Promise<Panel> {
    const { singleSignOn } = (await import(join(folder.path, 'single-sign-on.ts'))) as Example;
    // The very module that the example loads.
    const openid = await import('openid-client');
    const config = await openid.discovery(new URL(provider.issuer), 'panel', undefined, openid.None(), {
      [openid.customFetch]: provider.fetch,
    });
    return startPanel({
      routes(panel) {
        guards()(panel);
        const bySubject = (issuer: string, sub: string) =>
          Promise.resolve(issuer === provider.issuer ? panel.users.find(({ id }) => id === sub) : undefined);
        const place: RequestHandler = (_req, _res, next) => {
          panel.passport.use(singleSignOn(config, `${panel.url}/callback`, bySubject));
          next();
        };
        panel.app.get('/sign-on', place, panel.passport.authenticate('sso'));
        panel.app.get('/callback', panel.passport.authenticate('sso', { successRedirect: '/' }));
      },
    });
  }

  /** Signs in as a browser does, at a provider whose token says so. */
  async function comeFromProvider(panel: Panel, claims: Claims): Promise<{ client: Client; answer: Answer }> {
    provider.claims = { sub: 'alice', ...claims };
    const client = new Client(panel);
    const there = await client.open('/sign-on');
    const back = await provider.fetch(there.location ?? '', { redirect: 'manual' });
    const { pathname, search } = new URL(back.headers.get('location') ?? '');
    return { client, answer: await client.open(pathname + search) };
  }

  const secondsAgo = (age: number): number => Math.floor(Date.now() / 1000) - age;

  it('asks the provider for auth_time, and for no code where it says mfa', async () => {
    const panel = await startWithSignOn();
    const phone = await enroll(panel);
    const authTime = secondsAgo(200);
    const { client, answer } = await comeFromProvider(panel, { amr: ['pwd', 'mfa'], auth_time: authTime });
    expect(answer.location).to.equal('/');
    expect(provider.asked.at(-1)?.get('max_age')).to.equal('28800');
    const state = { state: 'proven-elsewhere', amr: ['mfa'], verifiedAt: authTime * 1000 };
    expect((await client.get('/state')).body).to.deep.equal(state);
    expect((await client.get('/secret')).status).to.equal(200);
    expect((await client.get('/fresh')).status).to.equal(200);
    expect(said(await client.post('/two-step/setup'))).to.equal('step-up-required');
    panel.now += 200_000;
    expect(said(await client.get('/fresh'))).to.equal('step-up-required');
    expect((await give(client, 'step-up', phone.nextCode())).status).to.equal(200);
    expect((await client.get('/fresh')).status).to.equal(200);
  });

  it('asks for the code where it does not, or says not when', async () => {
    const panel = await startWithSignOn();
    await enroll(panel);
    for (const claims of [
      { amr: ['pwd'], auth_time: secondsAgo(10) },
      { auth_time: secondsAgo(10) },
      { amr: 'mfa', auth_time: secondsAgo(10) },
    ]) {
      const { client, answer } = await comeFromProvider(panel, claims);
      expect(answer.location, JSON.stringify(claims)).to.equal('/two-step/verify');
      expect(await client.me()).to.equal(null);
    }
  });

  it('goes by auth_time and not by when the token was made', async () => {
    const panel = await startWithSignOn();
    const { client } = await enrolled(panel);
    expect(await client.me()).to.equal('alice');
    panel.now += 90_000_000;
    const { answer } = await comeFromProvider(panel, { amr: ['mfa'], auth_time: secondsAgo(10) });
    expect(answer.location, 'a day ago by the clock of the panel').to.equal('/two-step/verify');
  });

  it('takes a passkey that signs in for a second factor only where it checked who is there', async () => {
    const { passkeySignedIn } = (await import(join(folder.path, 'passkey-sign-in.ts'))) as PasskeySignIn;
    const panel = await startPanel({
      routes: (started) =>
        guards((req, user, { phishingResistant }) => {
          passkeySignedIn(req, user, phishingResistant === true);
        })(started),
      options: { clock: Date.now },
    });
    panel.now = Date.now();
    await enroll(panel);
    expect(said((await signedOn(panel)).answer)).to.equal('code-required');
    const { client } = await signedOn(panel, { phishingResistant: true });
    expect((await client.get('/state')).body).to.deep.include({ amr: ['pop', 'mfa'] });
  });

  it('satisfies guards for an account without a second factor here', async () => {
    const panel = await startWithSignOn();
    const { client } = await comeFromProvider(panel, { sub: 'bob', amr: ['mfa'], auth_time: secondsAgo(10) });
    expect((await client.get('/state')).body).to.include({ state: 'signed-in' });
    expect((await client.get('/secret')).status).to.equal(200);
  });
});
