import { expect } from 'chai';
import type { ExamplePanel } from '../support/example-panel.js';
import { Client } from '../support/client.js';
import type { Owner } from '../support/people.js';
import { pending, said, verify } from '../support/people.js';

/** The settings of a panel that lets users remember a browser for 30 days. */
export const REMEMBERS = { PANEL_REMEMBER_BROWSERS: '30' };

/** A browser that signed in with both steps and ticked the box; it is signed in. */
export async function rememberedOn(panel: ExamplePanel, owner: Owner): Promise<Client> {
  const client = await pending(panel, owner.login);
  const answer = await verify(client, owner.phone.nextCode(), { rememberBrowser: true });
  expect(said(answer)).to.equal('verified');
  return client;
}

/** The cookie by which an account knows a browser: name and token. */
export function trustCookie(client: Client): [name: string, token: string] {
  const found = [...client.cookies].find(([name]) => name.includes('second-factor-'));
  if (!found) throw new Error('no browser is known');
  return found;
}

/** A browser with nothing but that cookie: the session is gone. */
export function comesBack(panel: ExamplePanel, client: Client): Client {
  const back = new Client(panel);
  back.cookies.set(...trustCookie(client));
  return back;
}
