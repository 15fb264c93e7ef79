import { expect } from 'chai';
import { attack } from './support/dijk-panels.js';
import { Client } from '../support/client.js';

attack('K1: leave by a parameter, or without ever having entered', (panel) => {
  const wishes = [
    {},
    { account: 'root' },
    { actor: 'root', actors: ['root'] },
    { user: 'root', id: 'root', to: 'root' },
  ];

  it('changes nobody who acts as nobody', async () => {
    const { jar } = await panel().enrolled('alice');
    const bob = await panel().signedIn('bob');
    for (const body of wishes) {
      for (const [each, login] of [
        [jar, 'alice'],
        [bob, 'bob'],
      ] as const) {
        const { status, body: answer } = await each.post('/two-step/impersonation/leave?account=root', body);
        expect([status, answer.code]).to.deep.equal([409, 'not-impersonating']);
        expect(await each.who()).to.equal(login);
      }
    }
  });

  it('brings nobody in who is pending or not there at all', async () => {
    await panel().enrolled('root');
    for (const jar of [await panel().pending('root'), new Client(panel())]) {
      for (const body of wishes) {
        expect((await jar.post('/two-step/impersonation/leave', body)).status).to.be.oneOf([401, 409]);
      }
      expect(await jar.who()).to.be.oneOf(['code-required', 'login-required']);
    }
  });

  it('goes to who acted before and nowhere else, whatever is asked for', async () => {
    const jar = await panel().signedIn('root');
    await jar.actAs('alice');
    await jar.post('/two-step/impersonation/leave', { account: 'root', to: 'root', actors: [] });
    expect(await jar.who()).to.equal('root > admin');
  });
});
