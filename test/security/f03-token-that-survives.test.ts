import { expect } from 'chai';
import { REMEMBERS, comesBack, rememberedOn } from './remembered-browsers.js';
import type { Client } from '../support/client.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { runConsole } from '../support/example-process.js';
import { attack, isIn } from '../support/attack.js';
import { enable, enrolled, pending, said, verify } from '../support/people.js';
import type { Owner } from '../support/people.js';

type Event = (panel: ExamplePanel, owner: Owner, browser: Client) => Promise<unknown>;

const EVENTS: Record<string, Event> = {
  'the factor was disabled and enabled again': async (panel, owner) => {
    await owner.client.post('/two-step/disable', { code: owner.phone.nextCode() });
    await enrolled(panel);
  },
  'the authenticator was replaced': async (panel, owner) => {
    await owner.client.post('/two-step/step-up', { code: owner.phone.nextCode() });
    await enable(panel, owner.client);
  },
  'a sign-in by a recovery code': async (panel, owner) => {
    expect(said(await verify(await pending(panel), owner.recoveryCodes[0]))).to.equal('verified');
  },
  'it was revoked by its id': async (_panel, owner) => {
    const { body } = await owner.client.get('/two-step/browsers');
    const [{ id }] = body.browsers as [{ id: string }];
    expect((await owner.client.post('/two-step/browsers/revoke', { id })).status).to.equal(200);
  },
  'all were revoked': (_panel, owner) => owner.client.post('/two-step/browsers/revoke', { all: true }),
  'an operator revoked them at the console': async (panel) => {
    const { code, err } = await runConsole(panel.env, 'browsers', 'alice', '--revoke', '--yes');
    expect(code, err).to.equal(0);
  },
  'an operator disabled the factor at the console, and it was enabled again': async (panel) => {
    expect((await runConsole(panel.env, 'disable', 'alice', '--yes')).code).to.equal(0);
    await enrolled(panel);
  },
};

attack(
  'F3: a remembered browser that survives %s',
  (attacked) => {
    for (const [title, event] of Object.entries(EVENTS)) {
      it(`asks for the code after ${title}`, async () => {
        const panel = attacked();
        const owner = await enrolled(panel);
        const browser = await rememberedOn(panel, owner);
        const inside = comesBack(panel, browser);
        expect(said(await inside.login('alice'))).to.equal('200');
        expect(await isIn(inside)).to.equal(true);
        await event(panel, owner, browser);

        const back = comesBack(panel, browser);
        expect(said(await back.login('alice'))).to.equal('code-required');
        expect(await isIn(back)).to.equal(false);
        // The session that came in by it ends as well.
        expect(await isIn(inside)).to.equal(false);
      });
    }

    it('asks for the code after the password was changed', async () => {
      const panel = attacked();
      const owner = await enrolled(panel, 'bob');
      const browser = await rememberedOn(panel, owner);
      const change = { currentPassword: 'bob-password', newPassword: 'bob-password-2' };
      expect((await owner.client.post('/settings/password', change)).status).to.equal(200);
      const back = comesBack(panel, browser);
      expect(said(await back.login('bob', 'bob-password-2'))).to.equal('code-required');
      // Also when the old password comes back: the stamp is another one.
      await owner.client.post('/settings/password', {
        currentPassword: 'bob-password-2',
        newPassword: 'bob-password',
      });
      expect(said(await comesBack(panel, browser).login('bob'))).to.equal('code-required');
    });
  },
  REMEMBERS,
);
