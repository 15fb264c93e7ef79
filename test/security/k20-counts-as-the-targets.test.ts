import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';

attack('K20: acting counts as the target’s own sign-in', (panel) => {
  it('tells of no sign-in of the target, writes no record and gives no cookie of a browser', async () => {
    const { jar } = await panel().enrolled('root');
    panel().log.length = 0;
    const names = new Set(jar.cookies.keys());
    await jar.actAs('admin');
    await jar.actAs('alice');
    await jar.get('/api/me');
    await jar.leave();
    await jar.leave();
    const events = panel().events();
    expect(events.filter(({ name }) => !name.startsWith('impersonation-'))).to.deep.equal([]);
    for (const account of ['admin', 'alice']) expect(await panel().record(account)).to.equal(null);
    expect(new Set(jar.cookies.keys())).to.deep.equal(names);
  });

  it('resets no wrong codes of the first actor, and leaves his record as it was', async () => {
    const { jar, phone } = await panel().enrolled('root');
    const stranger = await panel().pending('root');
    for (let i = 0; i < 3; i++) await stranger.post('/two-step/verify', { code: '000000' });
    const before = await panel().record('root');
    await jar.actAs('alice');
    await jar.post('/two-step/step-up', { code: phone.nextCode() });
    await jar.leave();
    expect(await panel().record('root')).to.equal(before);
    expect((await panel().secondFactor.status('root')).failures).to.equal(3);
  });
});
