import { expect } from 'chai';
import { attack, restarted } from './support/befh-panels.js';
import { enrolled, isIn, said, verify } from './support/befh-people.js';
import { REMEMBERS, comesBack, rememberedOn, trustCookie } from './support/befh-browsers.js';
import { Client } from '../support/client.js';

attack(
  'F9: a remembered browser after the option was turned off',
  (on) => {
    it('asks for the code, and ends the sessions that came in without one', async () => {
      const { panel } = on;
      const owner = await enrolled(panel);
      const browser = await rememberedOn(panel, owner);
      const inside = comesBack(panel, browser);
      await inside.login('alice');
      expect(await isIn(inside)).to.equal(true);

      const off = await restarted(on, {});
      const control = await restarted(on, REMEMBERS);
      try {
        // With the option on the very same restart asks for none.
        const other = new Client(control, new Map([trustCookie(inside)]));
        expect(said(await other.login('alice'))).to.equal('200');

        const back = new Client(off, new Map([trustCookie(browser)]));
        expect(said(await back.login('alice'))).to.equal('code-required');
        expect(await isIn(back)).to.equal(false);
        expect(said(await verify(back, owner.nextCode(), { rememberBrowser: true }))).to.equal('verified');
        expect((await back.get('/two-step/browsers')).status).to.equal(404);
        // Sessions in Redis outlive the restart.
        expect(await isIn(new Client(off, inside.cookies))).to.equal(false);
      } finally {
        await off.end();
        await control.end();
      }
    });
  },
  REMEMBERS,
);
