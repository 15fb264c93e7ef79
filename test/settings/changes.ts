import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { NoticeName, SecondFactorEvent } from 'passport-second-factor';
import { ORIGIN, addKey, askedBy, creationFor, keyOwner } from '../support/key-panel.js';
import { SoftKey } from '../support/soft-key.js';
import { enrolled, loggedIn } from '../support/people.js';
import type { Client } from '../support/client.js';
import { startPanel } from '../support/panel.js';
import type { Phone } from '../support/people.js';
import type { Panel } from '../support/panel.js';

export const BY = { by: 'operator', reason: 'asked' };
/** The key that seals the records of these tests, before there is another. */
export const KEY = randomBytes(32).toString('base64');
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

/** The request or the call that makes a change. */
export type Act = () => Promise<unknown>;

/** One kind of change: everything up to it, and what is told of it. */
export interface Change {
  readonly prepare: (panel: Panel, storeTimeoutMs: number) => Promise<Act>;
  readonly told: readonly SecondFactorEvent['name'][];
  readonly notices?: readonly NoticeName[];
  /** Which swap of the act it is. */
  readonly place?: number;
}

async function settingUp(panel: Panel, client: Client, wish = {}): Promise<Act> {
  const { body } = await client.post('/two-step/setup', wish);
  panel.now += 30_000;
  const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
  return () => client.post('/two-step/setup/confirm', { code: totp.generate({ timestamp: panel.now }) });
}

async function waiting(panel: Panel): Promise<{ client: Client; phone: Phone }> {
  const { phone } = await enrolled(panel);
  return { client: await loggedIn(panel), phone };
}

/** Sends a code of the phone to an operation. */
function spending(path: string, who: (panel: Panel) => Promise<{ client: Client; phone: Phone }>) {
  return async (panel: Panel): Promise<Act> => {
    const { client, phone } = await who(panel);
    return () => client.post(path, { code: phone.nextCode() });
  };
}

/** Sends what a new key answers, to the settings of the account. */
async function addingKey(client: Client): Promise<Act> {
  const credential = new SoftKey(ORIGIN).create(await creationFor(client));
  return () => client.post('/two-step/security-keys', { credential });
}

/** Sends what the key of an account answers at an operation. */
function answering(path: string, who: (panel: Panel) => Promise<{ client: Client; key: SoftKey }>) {
  return async (panel: Panel): Promise<Act> => {
    const { client, key } = await who(panel);
    const credential = key.get(askedBy(await client.get(path)));
    return () => client.post(path, { credential });
  };
}

/** Does something to alice, who is enrolled, as an operator. */
function operating(act: (panel: Panel) => Promise<unknown>, before?: (client: Client) => Promise<unknown>) {
  return async (panel: Panel): Promise<Act> => {
    const { client } = await enrolled(panel);
    await before?.(client);
    return () => act(panel);
  };
}

/** Every change that is told of. */
export const CHANGES: Record<string, Change> = {
  enabling: {
    prepare: async (panel) => settingUp(panel, await loggedIn(panel)),
    told: ['enrolled'],
    notices: ['enabled'],
  },
  'adding an authenticator': {
    prepare: async (panel) => settingUp(panel, (await enrolled(panel)).client, { add: true }),
    told: ['authenticator-added'],
    notices: ['authenticator-added'],
  },
  'replacing the authenticators': {
    prepare: async (panel) => settingUp(panel, (await enrolled(panel)).client),
    told: ['authenticator-replaced'],
    notices: ['authenticator-replaced'],
  },
  'removing an authenticator': {
    async prepare(panel) {
      const { client } = await enrolled(panel);
      const { authenticators } = (await client.get('/two-step')).body as { authenticators: { id: string }[] };
      const add = await settingUp(panel, client, { add: true });
      await add();
      return () => client.post('/two-step/authenticators/remove', { id: authenticators[0]?.id });
    },
    told: ['authenticator-removed'],
    notices: ['authenticator-removed'],
  },
  disabling: {
    prepare: spending('/two-step/disable', enrolled),
    place: 2,
    told: ['disabled'],
    notices: ['disabled'],
  },
  'spending the code to disable': {
    prepare: spending('/two-step/disable', enrolled),
    told: ['code-accepted'],
  },
  'making new recovery codes': {
    prepare: spending('/two-step/recovery-codes', enrolled),
    told: ['code-accepted', 'recovery-codes-regenerated'],
    notices: ['recovery-codes-regenerated'],
  },
  'saying that recovery codes are saved': {
    async prepare(panel) {
      const { client } = await enrolled(panel);
      const { recoveryCodesSet: set } = (await client.get('/two-step')).body;
      return () => client.post('/two-step/recovery-codes/confirm', { set });
    },
    told: ['recovery-codes-confirmed'],
  },
  'revoking browsers': {
    async prepare(panel) {
      const { client, phone } = await waiting(panel);
      await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
      return () => client.post('/two-step/browsers/revoke', { all: true });
    },
    told: ['browsers-revoked'],
  },
  'a code at sign-in': { prepare: spending('/two-step/verify', waiting), told: ['code-accepted'] },
  'a code at step-up': { prepare: spending('/two-step/step-up', enrolled), told: ['code-accepted'] },
  'a recovery code at sign-in': {
    async prepare(panel) {
      const { client } = await waiting(panel);
      const [code] = (await panel.secondFactor.admin.recoveryCodes('alice', BY))!;
      return () => client.post('/two-step/verify', { code });
    },
    told: ['code-accepted', 'recovery-code-used'],
    notices: ['recovery-code-used'],
  },
  'the wrong code that brings a wait': {
    async prepare(panel) {
      const { client } = await waiting(panel);
      const guess: Act = () => client.post('/two-step/verify', { code: '000000' });
      for (let guesses = 0; guesses < 4; guesses++) await guess();
      return guess;
    },
    told: ['code-refused', 'locked'],
    notices: ['locked'],
  },
  'a code through verify()': {
    async prepare(panel) {
      const { phone } = await enrolled(panel);
      return () =>
        panel.secondFactor.verify('alice', phone.nextCode(), { ip: '203.0.113.7', userAgent: 'imap' });
    },
    told: ['code-accepted'],
  },
  'enabling by a key': {
    prepare: async (panel) => addingKey(await loggedIn(panel)),
    told: ['enrolled'],
    notices: ['enabled'],
  },
  'adding a key': {
    prepare: async (panel) => addingKey((await enrolled(panel)).client),
    told: ['security-key-added'],
    notices: ['security-key-added'],
  },
  'renaming a key': {
    async prepare(panel) {
      const { client } = await enrolled(panel);
      const { id } = await addKey(client);
      return () => client.post('/two-step/security-keys/rename', { id, name: 'Other' });
    },
    told: ['security-key-renamed'],
  },
  'removing a key': {
    async prepare(panel) {
      const { client } = await enrolled(panel);
      const { id } = await addKey(client);
      return () => client.post('/two-step/security-keys/remove', { id });
    },
    told: ['security-key-removed'],
    notices: ['security-key-removed'],
  },
  'a key at sign-in': {
    prepare: answering('/two-step/verify', async (panel) => ({
      ...(await keyOwner(panel)),
      client: await loggedIn(panel),
    })),
    told: ['security-key-used'],
  },
  'a key at step-up': { prepare: answering('/two-step/step-up', keyOwner), told: ['security-key-used'] },
  'an operator who removes the keys': {
    prepare: operating(({ secondFactor }) => secondFactor.admin.removeSecurityKeys('alice', BY), addKey),
    told: ['security-key-removed'],
    notices: ['security-key-removed'],
  },
  'an operator who disables': {
    prepare: operating(({ secondFactor }) => secondFactor.admin.disable('alice', BY)),
    told: ['disabled'],
    notices: ['disabled'],
  },
  'an operator who unlocks': {
    prepare: operating(({ secondFactor }) => secondFactor.admin.unlock('alice', BY)),
    told: ['unlocked'],
    notices: ['unlocked'],
  },
  'an operator who makes recovery codes': {
    prepare: operating(({ secondFactor }) => secondFactor.admin.recoveryCodes('alice', BY)),
    told: ['recovery-codes-regenerated'],
    notices: ['recovery-codes-regenerated'],
  },
  'an operator who revokes browsers': {
    prepare: operating(({ secondFactor }) => secondFactor.admin.revokeBrowsers('alice', BY)),
    told: ['browsers-revoked'],
    notices: ['browsers-revoked'],
  },
  'an operator who imports': {
    prepare:
      async ({ secondFactor }) =>
      () =>
        secondFactor.admin.import('alice', { secret: SECRET, ...BY }),
    told: ['imported'],
    notices: ['enabled'],
  },
  'deleting an account': {
    prepare: operating(({ secondFactor }) => secondFactor.admin.forget('alice')),
    told: ['forgotten'],
  },
  'sealing with a new key': {
    async prepare(panel, storeTimeoutMs) {
      const { store, events } = panel;
      await enrolled(panel);
      const keys = [randomBytes(32).toString('base64'), KEY];
      const next = await startPanel({ store, options: { keys, storeTimeoutMs } });
      next.secondFactor.events.on('*', (event) => events.push(event));
      return () => next.secondFactor.admin.rekey();
    },
    told: ['resealed'],
  },
};
