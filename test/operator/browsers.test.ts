import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { memoryStore } from 'passport-second-factor/memory';
import type { Client } from '../support/client.js';
import { runConsole } from '../support/console.js';
import { enroll, loggedIn } from '../support/people.js';
import { startPanel, stopPanels, user, userOf } from '../support/panel.js';
import type { Panel, PanelParts } from '../support/panel.js';

const REMEMBERING = { rememberBrowsers: { days: 30 } } as const;

describe('operator: remembered browsers', () => {
  afterEach(stopPanels);

  /** A panel where alice has a remembered browser. */
  async function remembering(parts: PanelParts = {}): Promise<{ panel: Panel; browser: Client }> {
    const panel = await startPanel({ ...parts, options: { ...REMEMBERING, ...parts.options } });
    const phone = await enroll(panel);
    const browser = await loggedIn(panel);
    await browser.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    return { panel, browser };
  }

  /** How many browsers each operation for operators names. */
  async function told(panel: Panel): Promise<unknown[]> {
    const { status, admin } = panel.secondFactor;
    const { lines } = await runConsole(panel, ['browsers', 'alice']);
    return [
      (await admin.browsers('alice')).length,
      (await status('alice')).rememberedBrowsers,
      lines[0] === 'no browser is remembered' ? 0 : lines[0]?.split('\n').length,
    ];
  }

  it('are those that are not asked for a code, and none once the password has changed', async () => {
    const { panel, browser } = await remembering();
    expect(await told(panel)).to.deep.equal([1, 1, 1]);
    userOf(panel).passwordChangedAt++;
    expect((await browser.login('alice')).body.code).to.equal('code-required');
    expect(await told(panel)).to.deep.equal([0, 0, 0]);
  });

  it('are none without the option, whatever was remembered with it', async () => {
    const shared = { store: memoryStore(), options: { keys: [randomBytes(32).toString('base64')] } };
    const { browser } = await remembering(shared);
    const panel = await startPanel(shared);
    const same = await loggedIn(panel);
    for (const [name, value] of browser.cookies) same.cookies.set(name, value);
    expect((await same.login('alice')).body.code).to.equal('code-required');
    expect(await told(panel)).to.deep.equal([0, 0, 0]);
  });

  it('are those of the record where the application cannot describe the account', async () => {
    const users = [user('alice')];
    const known = { all: true };
    const { panel } = await remembering({
      users,
      options: {
        findUser: (id) => {
          if (!known.all) throw new Error('the database is down');
          return users.find((each) => each.id === id) ?? null;
        },
      },
    });
    known.all = false;
    expect(await told(panel)).to.deep.equal([1, 1, 1]);
  });

  it('are looked for without asking the application about anybody who has none', async () => {
    const users = [user('alice'), user('bob')];
    const asked: string[] = [];
    const { panel } = await remembering({
      users,
      options: {
        findUser: (id) => {
          asked.push(id);
          return users.find((each) => each.id === id) ?? null;
        },
      },
    });
    await enroll(panel, 'bob');
    asked.length = 0;
    await panel.secondFactor.status(['bob', 'alice', 'nobody']);
    expect(asked).to.deep.equal(['alice']);
  });
});
