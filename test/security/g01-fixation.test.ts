import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack, isOut } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

describe('G1: a session id planted before either step', () => {
  attack('on %s', (target) => {
    it('stays with whoever planted it: neither step raises it', async () => {
      const { phone } = await enrolled(target(), 'alice');
      await enrolled(target(), 'bob');
      for (const planted of [await pending(target(), 'bob'), await pending(target(), 'alice')]) {
        const victim = planted.copy();
        await victim.login('alice');
        const ids = [planted.cookies.get('panel.sid'), victim.cookies.get('panel.sid')];
        const half = victim.copy();
        expect((await verify(victim, phone.nextCode())).status).to.equal(200);
        expect(new Set([...ids, victim.cookies.get('panel.sid')]).size, 'a new id at each step').to.equal(3);
        expect(await victim.who()).to.equal('alice');
        for (const thief of [planted, half]) await isOut(thief);
      }
    });

    it('is no session at all when it was invented', async () => {
      await enrolled(target(), 'alice');
      for (const invented of ['s%3Aplanted.AAAA', 'planted', 's%3Aplanted']) {
        const victim = new Client(target());
        victim.cookies.set('panel.sid', invented);
        await victim.login('alice');
        expect(victim.cookies.get('panel.sid')).not.to.contain('planted');
        await isOut(victim);
      }
    });
  });
});
