import { expect } from 'chai';
import { Client } from '../support/client.js';
import { asRoot, attack, enrolledRoot } from '../support/attack.js';

attack('K14: acting never ends, or lengthens the life of the actor (on %s)', (panel) => {
  it('ends after the hour although it is used all the time, and hops do not add to it', async () => {
    const client = await asRoot(panel());
    await client.actAs('admin');
    for (let minutes = 0; minutes < 55; minutes += 11) {
      panel().advance(11 * 60);
      expect(await client.who()).to.equal('root > admin');
    }
    const hop = await client.actAs('alice');
    expect(hop.status, 'the proof of root is too old for another hop').to.be.within(400, 499);
    panel().advance(5 * 60 + 1);
    expect((await client.post('/staff/alice/edit', { password: 'a new password' })).status).to.equal(403);
    expect(await client.who()).to.equal('root');
    expect(
      panel()
        .events()
        .map(({ name }) => name),
    ).to.include('impersonation-ended');
    expect((await new Client(panel()).login('alice')).status).to.equal(200);
  });

  it('ends a deeper hop with the first one', async () => {
    const client = await asRoot(panel());
    await client.actAs('admin');
    panel().advance(800);
    expect((await client.actAs('alice')).status).to.equal(200);
    panel().advance(3600 - 799);
    expect(await client.who()).to.equal('root');
  });

  it('gives the actor his proof back with its age: acting makes nothing fresh', async () => {
    const { client } = await enrolledRoot(panel());
    await client.actAs('alice');
    panel().advance(600);
    await client.leave();
    expect((await client.get('/api/danger')).body.code).to.equal('step-up-required');
    panel().advance(400);
    expect((await client.actAs('alice')).body.code).to.equal('step-up-required');
  });
});
