import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack, failuresOf, isIn } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

const FORM = 'application/x-www-form-urlencoded';
const OPERATIONS = ['/two-step/verify', '/two-step/step-up', '/two-step/disable', '/two-step/recovery-codes'];

attack('H1: arrays, objects and operators in the place of a code %s', (attacked) => {
  it('refuses them at every operation with 400, uncharged', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    panel.advance(30);
    const right = owner.phone.code();
    const outside = await pending(panel);
    const bodies = [
      JSON.stringify({ code: [right, ...owner.phone.wrongCodes(1000)] }),
      JSON.stringify({ code: [right] }),
      JSON.stringify({ code: { $ne: null } }),
      JSON.stringify({ code: { $gt: '' } }),
      JSON.stringify({ code: { length: 6, toString: right } }),
      JSON.stringify({ code: { code: right } }),
      JSON.stringify({ 'code[]': right }),
      JSON.stringify([{ code: right }]),
      JSON.stringify([right]),
      JSON.stringify(right),
      JSON.stringify(Number(right)),
      `{"__proto__":{"code":"${right}"}}`,
      `{"constructor":{"prototype":{"code":"${right}"}}}`,
      'null',
      'true',
      '{"code":',
      '',
    ];
    for (const path of OPERATIONS) {
      const client = path.endsWith('verify') ? outside : owner.client;
      for (const body of bodies) {
        const { status } = await client.postRaw(path, body);
        expect(status, `${path} ${body.slice(0, 60)}`).to.equal(400);
      }
      for (const body of [
        `code[]=${right}`,
        `code[$gt]=`,
        `code[0]=${right}`,
        `code%5B%24ne%5D=1`,
        `code.0=${right}`,
      ]) {
        expect((await client.postRaw(path, body, FORM)).status, `${path} ${body}`).to.equal(400);
      }
    }
    expect(await failuresOf(panel)).to.equal(0);
    expect(await isIn(outside)).to.equal(false);
    expect(await panel.secondFactor.status('alice')).to.include({ enrolled: true, recoveryCodesLeft: 10 });
    // And the code is not spent.
    expect((await verify(outside, right)).status).to.equal(200);
  });

  it('refuses ten thousand codes in one body, and charges once at most', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const outside = await pending(panel);
    const body = JSON.stringify({ code: owner.phone.wrongCodes(10_000) });
    expect((await outside.postRaw('/two-step/verify', body)).status).to.be.oneOf([400, 413]);
    expect(await failuresOf(panel)).to.be.at.most(1);
  });

  it('refuses them as login and password too', async () => {
    const panel = attacked();
    for (const value of [{ $ne: null }, ['alice'], 1, true, null]) {
      const client = new Client(panel);
      expect((await client.post('/login', { username: 'alice', password: value })).status).to.equal(401);
      expect((await client.post('/login', { username: value, password: 'alice-password' })).status).to.equal(
        401,
      );
    }
  });
});
