import { expect } from 'chai';
import type { Page } from 'passport-second-factor';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { startLevelPanel, whoIs } from '../support/level-panel.js';
import { startPagePanel } from '../support/page-panel.js';
import { stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { KEYS, ORIGIN, addKey, creationFor } from '../support/key-panel.js';
import { enrolled, loggedIn, phoneWith, said, verify } from '../support/people.js';
import type { Owner, Phone } from '../support/people.js';
import { SoftKey } from '../support/soft-key.js';

const TEXT = 'You are signed in as another account now. Nothing was done.';

/** The forms of signed-in pages, and what makes each of them right for somebody. */
const FORMS: Readonly<
  Record<string, (owner: Owner, begun: () => Promise<Phone>) => Promise<Record<string, string>>>
> = {
  'browsers/revoke': async () => ({ all: 'on' }),
  'sessions/end': async () => ({}),
  'recovery-codes/confirm': async ({ client }) => ({
    set: (await client.get('/two-step')).body.recoveryCodesSet,
  }),
  setup: async () => ({ add: 'on' }),
  'setup/confirm': async (_owner, begun) => ({ code: (await begun()).code() }),
  'setup/cancel': async (_owner, begun) => {
    await begun();
    return {};
  },
  'authenticators/remove': async ({ client }, begun) => {
    await client.post('/two-step/setup/confirm', { code: (await begun()).code() });
    return { id: (await client.get('/two-step')).body.authenticators[0].id };
  },
  'recovery-codes': async ({ phone }) => ({ code: phone.nextCode() }),
  'step-up': async ({ phone }) => ({ code: phone.nextCode() }),
  'security-keys/rename': async ({ client }) => ({ id: await keyOf(client), name: 'Desk' }),
  'security-keys/remove': async ({ client }) => ({ id: await keyOf(client) }),
  disable: async ({ phone }) => ({ code: phone.nextCode() }),
};

async function keyOf(client: Client): Promise<string> {
  return (await client.get('/two-step')).body.securityKeys[0].credentialId as string;
}

interface Form {
  readonly path: string;
  /** The hidden fields, by name and value. */
  readonly hidden: readonly [string, string][];
}

/** The forms of a page. */
function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form method="post" action="([^"]*)">(.*?)<\/form>/gs)].map(
    ([, path = '', form = '']) => ({
      path: path.replace('/two-step/', ''),
      hidden: [...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, value],
      ),
    }),
  );
}

/** The accounts that a form names. */
const named = ({ hidden }: Form): string[] =>
  hidden.filter(([name]) => name === 'from').map(([, value]) => value);

describe('a form of a page that was made for another account', () => {
  let panel: Panel;
  const begun = async (): Promise<Phone> => {
    const { body } = await bob.client.post('/two-step/setup', { add: true });
    return phoneWith(panel, String(body.key));
  };
  let bob: Owner;

  beforeEach(async () => {
    panel = await startPagePanel({ webauthn: KEYS, rememberBrowsers: { days: 30 } });
    bob = await enrolled(panel, 'bob');
    await addKey(bob.client);
    const elsewhere = await loggedIn(panel, 'bob');
    await verify(elsewhere, bob.phone.nextCode(), { rememberBrowser: true });
    await bob.client.get('/two-step');
    panel.told();
  });
  afterEach(stopPanels);

  for (const [path, fieldsOf] of Object.entries(FORMS)) {
    describe(path, () => {
      let fields: Record<string, string>;

      beforeEach(async () => {
        fields = await fieldsOf(bob, begun);
        await bob.client.open('/two-step'); // notes in the session what keys are asked
        panel.told();
      });

      it('does nothing, and says so to people and programs', async () => {
        const before = [await panel.store.get('bob'), await panel.stored(bob.client)];
        const form = await bob.client.submit(`/two-step/${path}`, { ...fields, from: 'alice' });
        expect(form.status).to.equal(409);
        expect(form.text).to.contain(TEXT).and.to.contain('<bdi>bob</bdi>');
        const call = await bob.client.post(`/two-step/${path}`, { ...fields, from: 'alice' });
        expect([call.status, call.body.code, call.body.title]).to.deep.equal([409, 'other-account', TEXT]);
        expect(panel.told()).to.deep.equal([]);
        expect([await panel.store.get('bob'), await panel.stored(bob.client)]).to.deep.equal(before);
      });

      it('refuses a name that is no text and no number', async () => {
        const { status, body } = await bob.client.post(`/two-step/${path}`, { ...fields, from: ['bob'] });
        expect([status, body.code, body.field]).to.deep.equal([400, 'body-malformed', 'from']);
        expect(panel.told()).to.deep.equal([]);
      });

      for (const from of ['bob', '', undefined])
        it(`is carried out if it names ${from === 'bob' ? 'the account' : `none (${String(from)})`}`, async () => {
          const answer = await bob.client.post(`/two-step/${path}`, { ...fields, from });
          expect(answer.status, answer.text).to.equal(200);
        });
    });
  }

  it('does nothing from an old tab of somebody who has signed in with another account since', async () => {
    const { client, phone } = await enrolled(panel, 'alice');
    const other = await loggedIn(panel, 'alice');
    await verify(other, phone.nextCode(), { rememberBrowser: true });
    const tabs = [
      await client.submit('/two-step/recovery-codes', { code: phone.nextCode() }),
      await client.open('/two-step/browsers'),
      await client.open('/two-step'),
      await client.open('/two-step/step-up'),
      await client.open('/two-step/security-keys'),
    ];
    await client.post('/logout');
    await client.login('bob');
    await verify(client, bob.phone.nextCode());
    panel.told();
    const before = [await panel.store.get('alice'), await panel.store.get('bob')];
    for (const { path, hidden } of tabs.flatMap(({ text }) => formsOf(text))) {
      const { status, text } = await client.submit(`/two-step/${path}`, Object.fromEntries(hidden));
      expect(status, path).to.equal(409);
      expect(text, path).to.contain(TEXT);
    }
    expect(panel.told()).to.deep.equal([]);
    expect([await panel.store.get('alice'), await panel.store.get('bob')]).to.deep.equal(before);
  });

  it('does not tell a sign-in that waits whose it is', async () => {
    const waiting = await loggedIn(panel, 'bob');
    for (const from of ['alice', 'bob'])
      expect(said(await waiting.post('/two-step/sessions/end', { from }))).to.equal('code-required');
    const { text } = await waiting.open('/two-step/verify');
    expect(formsOf(text).flatMap(named)).to.deep.equal([]);
  });

  it('lets nobody act from it, as somebody else or as somebody further', async () => {
    const panel = await startLevelPanel({ levels: ['root', 'admin', 'user'] });
    const { client } = await enrolled(panel, 'root');
    const act = (account: string, from: string) => client.post('/two-step/impersonation', { account, from });
    expect(said(await act('admin', 'alice'))).to.equal('other-account');
    expect((await act('admin', 'root')).status).to.equal(200);
    expect(said(await act('bob', 'root'))).to.equal('other-account');
    expect(said(await client.post('/two-step/sessions/end', { from: 'root' }))).to.equal('other-account');
    expect(await whoIs(client)).to.deep.equal(['root', 'admin']);
    expect((await act('bob', 'admin')).status).to.equal(200);
    await panel.close();
  });

  it('adds no key to the account that is there', async () => {
    const credential = new SoftKey(ORIGIN).create(await creationFor(bob.client));
    const add = (from: string) => bob.client.post('/two-step/security-keys', { credential, from });
    expect(said(await add('alice'))).to.equal('other-account');
    expect((await add('bob')).status).to.equal(200);
  });

  it('counts no wrong code against the account that is there', async () => {
    for (let i = 0; i < 12; i++) {
      const code = bob.phone.wrongCode();
      expect(said(await bob.client.post('/two-step/disable', { code, from: 'alice' }))).to.equal(
        'other-account',
      );
    }
    expect((await bob.client.post('/two-step/disable', { code: bob.phone.nextCode() })).status).to.equal(200);
  });
});

describe('the forms of the signed-in pages', () => {
  afterEach(stopPanels);

  it('name the account that they were made for, once', async () => {
    const panel = await startPagePanel({ webauthn: KEYS, rememberBrowsers: { days: 30 } });
    const alice = new Client(panel);
    await alice.logInByForm();
    const seen = new Set<string>();
    const see = ({ text }: Answer): void => {
      const forms = formsOf(text);
      expect(forms).to.not.deep.equal([]);
      for (const form of forms) {
        expect(named(form), form.path).to.deep.equal(['alice']);
        seen.add(form.path);
      }
    };
    see(await alice.open('/two-step'));
    await alice.submit('/two-step/setup');
    see(await alice.open('/two-step/setup'));
    await alice.post('/two-step/setup/cancel');
    const { client, phone } = await enrolled(panel, 'alice', alice);
    const other = await loggedIn(panel);
    await verify(other, phone.nextCode(), { rememberBrowser: true });
    see(await client.open('/two-step/browsers'));
    see(await client.open('/two-step'));
    see(await client.submit('/two-step/recovery-codes', { code: phone.nextCode() }));
    await addKey(client);
    see(await client.open('/two-step/step-up'));
    see(await client.open('/two-step/security-keys'));
    expect([...seen, 'authenticators/remove']).to.have.members([...Object.keys(FORMS), 'security-keys']);
  });

  it('name it in the hidden fields of the application’s own views', async () => {
    const pages: Page[] = [];
    const panel = await startPagePanel({
      formFields: () => ({ token: 't' }),
      render: (_req, res, page) => {
        pages.push(page);
        res.end();
      },
    });
    const { client, phone } = await enrolled(panel);
    await client.open('/two-step');
    await client.submit('/two-step/recovery-codes', { code: phone.nextCode() });
    for (const { fields } of pages) expect(fields).to.deep.equal({ token: 't', from: 'alice' });
    expect(pages.map(({ name }) => name)).to.deep.equal(['settings', 'recovery-codes']);
  });
});
