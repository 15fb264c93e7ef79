import { userInfo } from 'node:os';
import { expect } from 'chai';
import { attack } from '../support/attack.js';
import { runConsole } from '../support/example-process.js';
import { enrolled, pending } from '../support/people.js';

attack('D16: the console command hits the wrong account, or leaves no trace (on %s)', (panel) => {
  it('takes exact ids, one of them, and without a terminal only with --yes', async () => {
    await enrolled(panel(), 'alice');
    const before = await panel().record('alice');
    const { env } = panel();
    const ended = await Promise.all([
      runConsole(env, 'disable', 'Alice', '--yes'),
      runConsole(env, 'disable', 'al%', '--yes'),
      runConsole(env, 'disable', 'alice', 'bob', '--yes'),
      runConsole(env, 'disable', 'alice'),
      runConsole(env, 'import', 'bob', 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'),
    ]);
    expect(ended.map(({ code }) => code)).to.deep.equal([1, 1, 2, 2, 2]);
    expect(ended.map(({ out, err }) => out + err).join('')).not.to.contain('JBSWY3DPEHPK3PXP');
    expect(await panel().record('alice')).to.equal(before);
    expect(await panel().record('bob')).to.equal(null);
  });

  it('tells who and why, and leaves nothing of the enrollment that anybody could use', async () => {
    const { client, phone } = await enrolled(panel(), 'alice');
    const waiting = await pending(panel(), 'alice');
    const ended = await runConsole(panel().env, 'disable', 'alice', '--yes', '--reason', 'phone lost');
    expect(ended.code).to.equal(0);
    const line = ended.err.split('\n').find((each) => each.includes('"disabled"')) ?? '';
    expect(JSON.parse(line)).to.include({
      name: 'disabled',
      accountId: 'alice',
      reason: 'phone lost',
      by: `console:${userInfo().username}`,
    });
    expect(ended.out + ended.err).not.to.contain(phone.key);

    expect((await client.get('/api/secret')).body.code).to.equal('enrollment-required');
    expect((await waiting.post('/two-step/verify', { code: phone.nextCode() })).status).to.equal(401);
    expect(await panel().record('alice')).to.equal(null);
    expect(await waiting.who()).to.equal('login-required');
  });
});
