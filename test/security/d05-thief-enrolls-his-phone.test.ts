import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack } from '../support/attack.js';
import { signedIn, enrolled, enable } from '../support/people.js';

attack('D5: a stolen session enrolls the thief’s phone (on %s)', (panel) => {
  it('asks who signed in a while ago for the password again, and begins nothing', async () => {
    const stolen = (await signedIn(panel(), 'alice')).copy();
    panel().advance(901);
    const refused = await stolen.post('/two-step/setup');
    expect([refused.status, refused.body.code]).to.deep.equal([401, 'step-up-required']);
    expect((await stolen.get('/two-step/setup')).body.code).to.equal('setup-expired');
    const asPage = await stolen.submit('/two-step/setup');
    expect([asPage.status, asPage.location]).to.deep.equal([303, '/login']);
    expect(await panel().record('alice')).to.equal(null);
  });

  it('asks who gave a code a while ago for a fresh one before another phone takes its place', async () => {
    const { client } = await enrolled(panel(), 'alice');
    const before = await panel().record('alice');
    const stolen = client.copy();
    panel().advance(901);
    for (const add of [true, false]) {
      expect((await stolen.post('/two-step/setup', { add })).body.code).to.equal('step-up-required');
    }
    expect(await panel().record('alice')).to.equal(before);
  });

  it('leaves the owner of a set-up that the thief began signed out, so that it shows, and tells of it', async () => {
    const owner = await signedIn(panel(), 'alice');
    const thief = owner.copy();
    await enable(panel(), thief);
    expect(
      panel()
        .events()
        .map(({ name }) => name),
    ).to.include('enrolled');
    expect(await owner.who()).to.be.oneOf(['login-required', 'code-required']);
    // No request waits for its mail.
    while (panel().mails.length === 0) await new Client(panel()).get('/login');
    expect(panel().mails.map((mail) => JSON.parse(mail) as object)).to.containSubset([
      { mailTo: 'alice', subject: 'Acme Panel: Two-step authentication was enabled' },
    ]);
    expect(panel().mails).to.have.length(1);
  });
});
