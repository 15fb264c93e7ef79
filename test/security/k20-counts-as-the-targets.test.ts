import { expect } from 'chai';
import { attack, enrolledRoot } from '../support/attack.js';
import { pending } from '../support/people.js';

attack('K20: acting counts as the target’s own sign-in (on %s)', (panel) => {
  it('tells of no sign-in of the target, writes no record and gives no cookie of a browser', async () => {
    const { client } = await enrolledRoot(panel());
    panel().log.length = 0;
    const names = new Set(client.cookies.keys());
    await client.actAs('admin');
    await client.actAs('alice');
    await client.get('/api/me');
    await client.leave();
    await client.leave();
    const events = panel().events();
    expect(events.filter(({ name }) => !name.startsWith('impersonation-'))).to.deep.equal([]);
    for (const account of ['admin', 'alice']) expect(await panel().record(account)).to.equal(null);
    expect(new Set(client.cookies.keys())).to.deep.equal(names);
  });

  it('resets no wrong codes of the first actor, and leaves his record as it was', async () => {
    const { client, phone } = await enrolledRoot(panel());
    const stranger = await pending(panel(), 'root');
    for (let i = 0; i < 3; i++) await stranger.post('/two-step/verify', { code: '000000' });
    const before = await panel().record('root');
    await client.actAs('alice');
    await client.post('/two-step/step-up', { code: phone.nextCode() });
    await client.leave();
    expect(await panel().record('root')).to.equal(before);
    expect((await panel().secondFactor.status('root')).failures).to.equal(3);
  });
});
