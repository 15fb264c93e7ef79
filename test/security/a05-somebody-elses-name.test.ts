import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack, isOut } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

describe('A5: a second step that believes whose it is, or mixes two sign-ins', () => {
  attack('on %s', (target) => {
    it('lets a code in as nobody but the account whose password was given', async () => {
      await enrolled(target(), 'alice');
      const { phone } = await enrolled(target(), 'bob');
      const before = await target().record('alice');
      const names = ['user', 'username', 'userId', 'user_id', 'id', 'accountId', 'account', 'email', 'login'];
      const claims = Object.fromEntries(names.map((name) => [name, 'alice']));
      const client = await pending(target(), 'bob');
      for (const name of names) client.cookies.set(name, 'alice');
      const headers = { 'x-user': 'alice', 'x-forwarded-user': 'alice', 'x-remote-user': 'alice' };
      const state = { state: 'verified', secondFactor: { account: 'alice' }, passport: { user: 'alice' } };
      const body = { code: phone.nextCode(), ...claims, ...state };
      expect((await client.post('/two-step/verify', body, headers)).status).to.equal(200);
      expect(await client.who()).to.equal('bob');
      expect(await target().record('alice'), 'nothing changed').to.equal(before);
    });

    it('takes one account’s code for no other account that waits in the same jar', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const bob = await enrolled(target(), 'bob');
      const client = await pending(target(), 'alice');
      const old = client.copy();
      await client.login('bob');
      expect((await verify(client, phone.nextCode())).body.code).to.equal('code-invalid');
      await isOut(client);
      expect((await verify(old, phone.code())).body.code, 'the older sign-in is gone').to.equal(
        'sign-in-expired',
      );
      await isOut(old);
      expect((await verify(client, bob.phone.code())).status).to.equal(200);
      expect(await client.who()).to.equal('bob');
    });

    it('makes of two sign-ins and two codes at once in one jar no session of the wrong account', async () => {
      const alice = await enrolled(target(), 'alice');
      const bob = await enrolled(target(), 'bob');
      const client = await pending(target(), 'alice');
      bob.phone.nextCode();
      const codes = { alice: alice.phone.code(), bob: bob.phone.code() };
      const [first, other, second] = [client.copy(), client.copy(), client.copy()];
      const [, , wrong] = await Promise.all([
        verify(first, codes.alice),
        other.login('bob'),
        verify(second, codes.bob),
      ]);
      expect(wrong.status, 'bob’s code never completes alice').to.equal(401);
      await isOut(second);
      expect(await first.who()).to.be.oneOf(['alice', 'login-required']);
      expect(await other.who(), 'bob still needs his code').to.be.oneOf(['code-required', 'login-required']);
    });

    it('takes the cookie of a waiting sign-in that was signed for another id for nothing', async () => {
      const { phone } = await enrolled(target(), 'alice');
      await enrolled(target(), 'bob');
      const [alice, bob] = [await pending(target(), 'alice'), await pending(target(), 'bob')];
      const [idA, idB] = [alice, bob].map((client) =>
        decodeURIComponent(client.cookies.get('panel.sid') ?? ''),
      );
      const mixed = `${idB?.split('.')[0] ?? ''}.${idA?.split('.').slice(1).join('.') ?? ''}`;
      const forged = new Client(target());
      forged.cookies.set('panel.sid', encodeURIComponent(mixed));
      expect((await verify(forged, phone.nextCode())).body.code).to.equal('sign-in-expired');
      await isOut(forged);
    });
  });
});
