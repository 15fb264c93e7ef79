import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack, isOut } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

describe('A7: an empty, missing, null or all-zero code', () => {
  attack('on %s', (target) => {
    it('is refused, and only six digits are charged', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const client = await pending(target(), 'alice');
      const before = await target().record('alice');
      const shapes = [
        '',
        ' ',
        null,
        0,
        1,
        true,
        false,
        [],
        {},
        [''],
        ['000000'],
        { code: '000000' },
        '0',
        '00000',
      ];
      for (const code of [
        ...shapes,
        '0000000',
        '-',
        '- - -',
        'null',
        'undefined',
        'NaN',
        'true',
        '\0\0\0\0\0\0',
      ]) {
        const { status, body } = await verify(client, code);
        expect([status, body.code], JSON.stringify(code)).to.deep.equal([400, 'code-malformed']);
      }
      for (const [type, body] of [
        ['application/json', '{}'],
        ['application/json', ''],
        ['application/json', '{"Code":"000000","CODE":"000000"}'],
        ['application/json', '{"__proto__":{"code":"000000"}}'],
        ['application/x-www-form-urlencoded', ''],
        ['application/x-www-form-urlencoded', 'code'],
        ['application/x-www-form-urlencoded', 'code='],
        ['text/plain', 'code=000000'],
      ] as const) {
        const headers = { cookie: client.cookie, 'content-type': type, accept: 'application/json' };
        const { status } = await new Client(target()).send('POST', '/two-step/verify', headers, body);
        expect(status, `${type} ${body}`).to.equal(400);
      }
      expect(await target().record('alice'), 'nothing was charged').to.equal(before);
      await isOut(client);
      expect((await verify(client, phone.nextCode())).status).to.equal(200);
    });

    it('is, when it has the shape of a code, one wrong guess like any other', async () => {
      await enrolled(target(), 'alice');
      const client = await pending(target(), 'alice');
      for (const [place, code] of ['000000', '000 000', '000-000'].entries()) {
        expect((await verify(client, code)).body.code).to.equal('code-invalid');
        expect((await target().secondFactor.status('alice')).failures).to.equal(place + 1);
      }
      await isOut(client);
    });
  });
});
