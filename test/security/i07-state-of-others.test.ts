import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack } from '../support/attack.js';
import { enrolled, pending, signedIn } from '../support/people.js';

attack('I7: lock, tries left or phones of an account read by others (on %s)', (panel) => {
  it('tells who is pending nothing but that, and until when', async () => {
    await enrolled(panel(), 'alice');
    const client = await pending(panel(), 'alice');
    const keys = ['methods', 'serverTime', 'state', 'until'];
    expect(Object.keys((await client.get('/two-step/')).body).sort()).to.deep.equal(keys);
    expect((await client.get('/two-step/browsers')).status).to.be.oneOf([401, 404]);
    const anonymous = (await new Client(panel()).get('/two-step/')).body;
    expect(Object.keys(anonymous).sort()).to.deep.equal(['serverTime', 'state']);
  });

  it('tells of a lock to who gives a code only: his own wait, and no number of tries', async () => {
    await enrolled(panel(), 'alice');
    const client = await pending(panel(), 'alice');
    const refused = [];
    for (let i = 0; i < 6; i++) refused.push(await client.post('/two-step/verify', { code: '000000' }));
    const before = refused[0]!;
    const locked = refused[5]!;
    expect([locked.status, locked.body.code]).to.deep.equal([429, 'locked']);
    expect(Number(locked.headers['retry-after'])).to.be.within(1, 30);
    for (const { text } of [before, locked])
      expect(text).not.to.match(/failures|attempts|left|\b[1-5]\b of/i);

    const bob = await signedIn(panel(), 'bob');
    for (const each of [bob, new Client(panel()), client]) {
      const { text } = await each.get('/two-step/?account=alice');
      expect(text).not.to.match(/lock|fail|alice/i);
    }
    expect((await new Client(panel()).login('alice', 'wrong')).text).to.equal(
      (await new Client(panel()).login('nobody', 'wrong')).text,
    );
  });
});
