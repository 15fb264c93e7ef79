import { expect } from 'chai';
import { attack, enrolledRoot } from '../support/attack.js';
import { signedIn } from '../support/people.js';

attack('K15: acting leaves no trace, or shows the target as the doer (on %s)', (panel) => {
  it('names target and actor in every event of the span, with entered, left, refused and expired', async () => {
    const { client, phone } = await enrolledRoot(panel());
    panel().log.length = 0;
    await client.actAs('admin');
    await client.actAs('root');
    await client.actAs('alice');
    await client.post('/two-step/disable', { code: phone.nextCode() });
    await client.leave();
    panel().advance(3601);
    await client.get('/api/me');

    const span = panel()
      .events()
      .map(({ name, accountId, actorId }) => `${name} ${accountId} by ${actorId ?? 'nobody'}`);
    expect(span).to.deep.equal([
      'impersonation-entered admin by root',
      'impersonation-refused root by root',
      'impersonation-entered alice by root',
      'impersonation-left alice by root',
      'impersonation-ended admin by root',
    ]);
  });

  for (const [how, expected] of Object.entries({
    'signing out': ['impersonation-ended admin by root signed-out', 'signed-out admin by root'],
    'signing in to another account': [
      'impersonation-ended admin by root new-sign-in',
      'signed-in bob by nobody',
    ],
  })) {
    it(`tells that ${how} ended it, and who it was`, async () => {
      const client = await signedIn(panel(), 'root');
      panel().log.length = 0;
      if (how === 'signing out') await client.post('/logout');
      else await client.login('bob');
      const told = panel()
        .events()
        .map(({ name, accountId, actorId, ...rest }) =>
          [name, accountId, 'by', actorId ?? 'nobody', ...('reason' in rest ? [rest.reason] : [])].join(' '),
        );
      expect(told).to.deep.equal(expected);
    });
  }

  it('tells who asked when acting is refused to who acts as nobody', async () => {
    const alice = await signedIn(panel(), 'alice');
    panel().log.length = 0;
    await alice.actAs('root');
    expect(panel().events()).to.have.length(1);
    expect(panel().events()[0]).to.include({
      name: 'impersonation-refused',
      accountId: 'root',
      actorId: 'alice',
      reason: 'not-below',
    });
  });

  it('names the actor behind a password that was changed while acting', async () => {
    const client = await signedIn(panel(), 'root');
    await client.post('/staff/alice/edit', { password: 'a new password' });
    const line = panel().log.find((each) => each.includes('password-changed')) ?? '';
    expect(JSON.parse(line)).to.include({ accountId: 'alice', actorId: 'root' });
  });
});
