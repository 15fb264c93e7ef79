import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { burst, enrolled, pending, said, signedIn, tally, verify } from '../../support/people.js';
import { attack, failuresOf, isIn } from '../../support/attack.js';

attack('Somebody with another account of the same panel (on %s)', [], (panel) => {
  it('cannot find out which accounts there are by asking to act as them', async () => {
    await enrolled(panel(), 'admin');
    const bob = await signedIn(panel(), 'bob');
    const answers = [];
    for (const account of ['root', 'admin', 'alice', 'bob', 'nobody', 'root ', '', 'x'.repeat(300)]) {
      const { status, text } = await bob.actAs(account);
      answers.push(JSON.stringify([status, text]));
    }
    expect(new Set(answers).size, answers.join('\n')).to.equal(1);
    expect(answers[0]).to.include('not-below');
    expect(await bob.who()).to.equal('bob');
  });

  it('gives a code of their own for somebody else: it is wrong, and charged to that account', async () => {
    const alice = await enrolled(panel());
    const bob = await enrolled(panel(), 'bob');
    const client = await pending(panel(), 'alice');
    const fields = { user: 'bob', account: 'bob', accountId: 'bob', username: 'bob' };
    expect(said(await verify(client, bob.phone.nextCode(), fields))).to.equal('code-invalid');
    expect(await failuresOf(panel(), 'alice')).to.equal(1);
    expect(await failuresOf(panel(), 'bob')).to.equal(0);
    expect(said(await verify(bob.client.copy(), alice.phone.nextCode(), { account: 'alice' }))).to.equal(
      'verified',
    );
    expect(await bob.client.who()).to.equal('bob');
  });

  it('names the authenticator of somebody else, and removes none', async () => {
    const alice = await enrolled(panel());
    const bob = await enrolled(panel(), 'bob');
    const [app] = (await alice.client.get('/two-step')).body.authenticators as { id: string }[];
    const before = await panel().record('alice');
    expect(said(await bob.client.post('/two-step/authenticators/remove', { id: app?.id }))).to.equal(
      'not-found',
    );
    expect(await panel().record('alice')).to.equal(before);
  });

  it('signs in as themselves in the browser of somebody who waits for a code: that sign-in is over', async () => {
    const alice = await enrolled(panel());
    const client = await pending(panel(), 'alice');
    const copy = client.copy();
    expect((await client.login('bob')).status).to.equal(200);
    expect(said(await verify(client, alice.phone.nextCode()))).to.equal('sign-in-expired');
    expect(await client.who()).to.equal('bob');
    expect(said(await verify(copy, alice.phone.nextCode()))).to.equal('sign-in-expired');
  });

  it('signs in as two people in one browser at once: each session is of one of them, whole', async () => {
    await enrolled(panel());
    const client = await signedIn(panel(), 'bob');
    const clients = Array.from({ length: 12 }, () => client.copy());
    await Promise.all(clients.map((each, i) => (i % 2 === 0 ? each.login('alice') : each.login('bob'))));
    const there = await Promise.all(clients.map((each) => each.who()));
    for (const [i, who] of there.entries()) {
      expect(who).to.equal(i % 2 === 0 ? 'code-required' : 'bob');
    }
  });

  it('enables the second factor in two sessions of one account at once: one of them wins, whole', async () => {
    const first = await signedIn(panel(), 'bob');
    const second = await signedIn(panel(), 'bob');
    const codes: string[] = [];
    for (const client of [first, second]) {
      const { body } = await client.post('/two-step/setup');
      const totp = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
      codes.push(totp.generate({ timestamp: panel().now }));
    }
    const answers = await burst(2, (i) =>
      [first, second][i]!.post('/two-step/setup/confirm', { code: codes[i] }),
    );
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
    const [lost] = Object.keys(tally(answers.filter(({ status }) => status !== 200)));
    expect(lost).to.be.oneOf(['already-enrolled', 'code-required', 'login-required', 'sign-in-expired']);
    const ways = await Promise.all([isIn(first), isIn(second)]);
    expect(ways.filter(Boolean)).to.have.length(1);
  });

  it('gets nothing by other methods, tricks of the path or an upgrade', async () => {
    const alice = await enrolled(panel());
    const client = await pending(panel(), 'alice');
    const code = alice.phone.nextCode();
    const form = { 'content-type': 'application/json' };
    for (const method of ['PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND']) {
      const { text } = await client.peek(method, '/two-step/verify', form, JSON.stringify({ code }));
      expect(text, method).not.to.include('verified');
    }
    const override = { 'x-http-method-override': 'POST', 'x-method-override': 'POST', ...form };
    await client.peek('GET', `/two-step/verify?_method=POST&code=${code}`, override);
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    for (const path of [
      '/api/secret',
      '/API/secret',
      '/two-step/../api/secret',
      '/two-step/verify/../../api/secret',
      '//api/secret',
      '/api//secret',
      '/api/secret/',
      '/%61pi/secret',
      '/two-step/%2e%2e/api/secret',
      '/api/secret;x=1',
    ]) {
      for (const headers of [{}, upgrade] as Record<string, string>[]) {
        const { status, text } = await client.peek('GET', path, headers);
        expect(status, path).to.be.oneOf([401, 404]);
        expect(text, path).not.to.include('Only with');
      }
    }
    // None of that spent the code.
    expect(said(await verify(client, code))).to.equal('verified');
  });
});
