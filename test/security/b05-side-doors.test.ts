import { expect } from 'chai';
import { attack, failuresOf, isIn } from '../support/attack.js';
import { enrolled, pending, said, signedIn, verify } from '../support/people.js';

const INSIDE = ['/two-step/step-up', '/two-step/disable', '/two-step/recovery-codes'];

attack('B5: a side operation with a budget of its own %s', (attacked) => {
  it('counts wrong codes at every operation to one total', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const [a, b, c, d, e, f, g] = owner.phone.wrongCodes(7);
    const outside = await pending(panel);
    // The browser that enabled it has not passed a sign-in: it is as strange as any other.
    const answers = [said(await verify(outside, a))];
    for (const [place, code] of [b, c, d].entries()) {
      answers.push(said(await owner.client.post(INSIDE[place]!, { code })));
    }
    const headless = await panel.secondFactor.verify('alice', e);
    expect(headless).to.include({ ok: false, reason: 'code-invalid', failures: 5 });
    expect(answers).to.deep.equal(Array<string>(4).fill('code-invalid'));

    expect(said(await verify(outside, f))).to.equal('locked');
    for (const operation of INSIDE) {
      expect(said(await owner.client.post(operation, { code: g })), operation).to.equal('locked');
      expect(said(await owner.client.post(operation, { code: owner.phone.code(1) })), operation).to.equal(
        'locked',
      );
    }
    expect(await panel.secondFactor.verify('alice', owner.phone.code(1))).to.include({ reason: 'locked' });
    expect(await panel.secondFactor.status('alice')).to.include({
      enrolled: true,
      failures: 5,
      recoveryCodesLeft: 10,
    });
  });

  it('shares it between operations that are tried at the same instant', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const outside = await pending(panel);
    const codes = owner.phone.wrongCodes(80);
    const operations = ['/two-step/verify', ...INSIDE];
    const answers = await Promise.all(
      codes.map(async (code, place) => {
        const client = place % 4 === 0 ? outside : owner.client;
        return said(await client.post(operations[place % 4]!, { code }));
      }),
    );
    expect(answers.filter((word) => word === 'code-invalid').length).to.be.within(1, 5);
    expect(await failuresOf(panel)).to.be.at.most(5);
  });

  it('has no guesses at the operations that take no code', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const outside = await pending(panel);
    for (const path of ['/two-step/browsers/revoke', '/two-step/authenticators/remove', '/two-step/setup']) {
      const answer = await outside.post(path, { code: owner.phone.code(1), id: owner.phone.code(1) });
      expect(answer.status, path).to.be.within(400, 499);
    }
    expect(await isIn(outside)).to.equal(false);
    expect(await failuresOf(panel)).to.equal(0);
  });

  it('drops a set-up after ten wrong codes, and the account is as it was', async () => {
    const panel = attacked();
    const owner = await enrolled(panel, 'bob'); // codes of another key
    const client = await signedIn(panel, 'alice');
    await client.post('/two-step/setup');
    const answers: string[] = [];
    for (const code of owner.phone.wrongCodes(11))
      answers.push(said(await client.post('/two-step/setup/confirm', { code })));
    expect(answers.slice(0, 10)).to.not.include('setup-expired');
    expect(answers[10]).to.equal('setup-expired');
    expect(await panel.secondFactor.status('alice')).to.include({ enrolled: false });
  });
});
