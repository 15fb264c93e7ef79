import { expect } from 'chai';
import type { RunningPanel } from '../../support/panel-process.js';
import type { Owner } from './befh-people.js';
import { pending, said, verify } from './befh-people.js';
import { Client } from '../../support/client.js';

/** The settings of a panel that lets users remember a browser for 30 days. */
export const REMEMBERS = { PANEL_REMEMBER_BROWSERS: '30' };

/** A browser that signed in with both steps and ticked the box; it is signed in. */
export async function rememberedOn(panel: RunningPanel, owner: Owner): Promise<Client> {
  const jar = await pending(panel, owner.login);
  const answer = await verify(jar, owner.nextCode(), { rememberBrowser: true });
  expect(said(answer)).to.equal('verified');
  return jar;
}

/** The cookie by which an account knows a browser: name and token. */
export function trustCookie(jar: Client): [name: string, token: string] {
  const found = [...jar.cookies].find(([name]) => name.includes('second-factor-'));
  if (!found) throw new Error('no browser is known');
  return found;
}

/** A browser with nothing but that cookie: the session is gone. */
export function comesBack(panel: RunningPanel, jar: Client): Client {
  const back = new Client(panel);
  back.cookies.set(...trustCookie(jar));
  return back;
}
