import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack, enrolledRoot } from '../support/attack.js';
import { enrolled, signedIn, pending } from '../support/people.js';

attack('K1: leave by a parameter, or without ever having entered (on %s)', (panel) => {
  const wishes = [
    {},
    { account: 'root' },
    { actor: 'root', actors: ['root'] },
    { user: 'root', id: 'root', to: 'root' },
  ];

  it('changes nobody who acts as nobody', async () => {
    const { client } = await enrolled(panel(), 'alice');
    const bob = await signedIn(panel(), 'bob');
    for (const body of wishes) {
      for (const [each, login] of [
        [client, 'alice'],
        [bob, 'bob'],
      ] as const) {
        const { status, body: answer } = await each.post('/two-step/impersonation/leave?account=root', body);
        expect([status, answer.code]).to.deep.equal([409, 'not-impersonating']);
        expect(await each.who()).to.equal(login);
      }
    }
  });

  it('brings nobody in who is pending or not there at all', async () => {
    await enrolledRoot(panel());
    for (const client of [await pending(panel(), 'root'), new Client(panel())]) {
      for (const body of wishes) {
        expect((await client.post('/two-step/impersonation/leave', body)).status).to.be.oneOf([401, 409]);
      }
      expect(await client.who()).to.be.oneOf(['code-required', 'login-required']);
    }
  });

  it('goes to who acted before and nowhere else, whatever is asked for', async () => {
    const client = await signedIn(panel(), 'root');
    await client.actAs('alice');
    await client.post('/two-step/impersonation/leave', { account: 'root', to: 'root', actors: [] });
    expect(await client.who()).to.equal('root > admin');
  });
});
