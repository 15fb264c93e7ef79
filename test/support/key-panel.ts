import type { SecondFactorOptions } from 'passport-second-factor';
import { webauthn } from 'passport-second-factor/webauthn';
import { Client } from './client.js';
import type { Answer } from './client.js';
import { startPanel } from './panel.js';
import type { Panel, PanelParts, User } from './panel.js';
import { SoftKey } from './soft-key.js';
import type { Faults } from './soft-key.js';

/** Where the browsers of these tests believe the panel to be. */
export const ORIGIN = 'http://localhost';

/** The option that lets users have security keys. */
export const KEYS = webauthn({ rpId: 'localhost', rpName: 'Panel', origins: [ORIGIN] });

/** A panel whose users may have security keys. */
export function startKeyPanel(
  options: Partial<SecondFactorOptions<User>> = {},
  parts: PanelParts = {},
): Promise<Panel> {
  return startPanel({ ...parts, options: { webauthn: KEYS, ...options } });
}

type Asked = Parameters<SoftKey['get']>[0];
type Creation = Parameters<SoftKey['create']>[0] & { readonly user: { readonly id: string } };

/** What an answer asks security keys. */
export function askedBy({ body }: Answer): Asked {
  return body.publicKey as Asked;
}

/** What a browser is asked to make a key by, for the account that a client is signed in to. */
export async function creationFor(client: Client): Promise<Creation> {
  return (await client.get('/two-step/security-keys')).body.publicKey as Creation;
}

/** Adds a key to the account that a client is signed in to, or must add one to. */
export async function addKey(
  client: Client,
  key = new SoftKey(ORIGIN),
  faults: Faults = {},
): Promise<SoftKey> {
  const credential = key.create(await creationFor(client), faults);
  const added = await client.post('/two-step/security-keys', { credential, name: 'Key' });
  if (added.status !== 200) throw new Error(`no key was added: ${added.text}`);
  return key;
}

/** A client that has the password right, and what its keys are asked. */
export async function waiting(panel: Panel, login = 'alice'): Promise<{ client: Client; asked: Asked }> {
  const client = new Client(panel);
  return { client, asked: askedBy(await client.login(login)) };
}

/** An account whose only factor is a key, and a client that has just added it. */
export async function keyOwner(panel: Panel, login = 'alice'): Promise<{ client: Client; key: SoftKey }> {
  const client = new Client(panel);
  await client.login(login);
  return { client, key: await addKey(client) };
}
