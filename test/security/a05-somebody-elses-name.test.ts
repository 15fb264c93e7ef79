import { expect } from 'chai';
import { isOut, onEachStore, verify } from './support/acgl-panel.js';
import { Client } from '../support/client.js';

describe('A5: a second step that believes whose it is, or mixes two sign-ins', () => {
  onEachStore((target) => {
    it('lets a code in as nobody but the account whose password was given', async () => {
      await target().enrolled('alice');
      const { phone } = await target().enrolled('bob');
      const before = await target().record('alice');
      const names = ['user', 'username', 'userId', 'user_id', 'id', 'accountId', 'account', 'email', 'login'];
      const claims = Object.fromEntries(names.map((name) => [name, 'alice']));
      const jar = await target().pending('bob');
      for (const name of names) jar.cookies.set(name, 'alice');
      const headers = { 'x-user': 'alice', 'x-forwarded-user': 'alice', 'x-remote-user': 'alice' };
      const state = { state: 'verified', secondFactor: { account: 'alice' }, passport: { user: 'alice' } };
      const body = { code: phone.nextCode(), ...claims, ...state };
      expect((await jar.post('/two-step/verify', body, headers)).status).to.equal(200);
      expect(await jar.who()).to.equal('bob');
      expect(await target().record('alice'), 'nothing changed').to.equal(before);
    });

    it('takes one account’s code for no other account that waits in the same jar', async () => {
      const { phone } = await target().enrolled('alice');
      const bob = await target().enrolled('bob');
      const jar = await target().pending('alice');
      const old = jar.copy();
      await jar.login('bob');
      expect((await verify(jar, phone.nextCode())).body.code).to.equal('code-invalid');
      await isOut(jar);
      expect((await verify(old, phone.code())).body.code, 'the older sign-in is gone').to.equal(
        'sign-in-expired',
      );
      await isOut(old);
      expect((await verify(jar, bob.phone.code())).status).to.equal(200);
      expect(await jar.who()).to.equal('bob');
    });

    it('makes of two sign-ins and two codes at once in one jar no session of the wrong account', async () => {
      const alice = await target().enrolled('alice');
      const bob = await target().enrolled('bob');
      const jar = await target().pending('alice');
      bob.phone.nextCode();
      const codes = { alice: alice.phone.code(), bob: bob.phone.code() };
      const [first, other, second] = [jar.copy(), jar.copy(), jar.copy()];
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
      const { phone } = await target().enrolled('alice');
      await target().enrolled('bob');
      const [alice, bob] = [await target().pending('alice'), await target().pending('bob')];
      const [idA, idB] = [alice, bob].map((jar) => decodeURIComponent(jar.cookies.get('panel.sid') ?? ''));
      const mixed = `${idB?.split('.')[0] ?? ''}.${idA?.split('.').slice(1).join('.') ?? ''}`;
      const forged = new Client(target());
      forged.cookies.set('panel.sid', encodeURIComponent(mixed));
      expect((await verify(forged, phone.nextCode())).body.code).to.equal('sign-in-expired');
      await isOut(forged);
    });
  });
});
