import { expect } from 'chai';
import { attack } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

describe('G7: an id of a session in an address, shared by Referer or a log', () => {
  attack('on %s', (target) => {
    it('is in no page, no address, no answer and no event, of a waiting sign-in and of a full one', async () => {
      const { phone } = await enrolled(target(), 'admin');
      const client = await pending(target(), 'admin');
      for (const state of ['pending', 'verified', 'acting']) {
        if (state === 'verified') await verify(client, phone.nextCode());
        if (state === 'acting') await client.actAs('alice');
        const cookie = client.cookies.get('panel.sid') ?? '';
        const [id = ''] = decodeURIComponent(cookie).slice(2).split('.');
        expect(id).to.match(/^.{20,}$/);
        for (const path of [
          '/',
          '/login',
          '/settings',
          '/two-step',
          '/two-step/verify',
          '/two-step/step-up',
          '/api/me',
        ]) {
          for (const answer of [await client.open(path), await client.get(path)]) {
            const { 'set-cookie': _own, ...headers } = answer.headers;
            expect(JSON.stringify(headers) + answer.text, `${state} ${path}`).not.to.contain(id);
            expect(answer.location ?? '', path).not.to.match(/[?;]/);
            expect(answer.headers['referrer-policy'], path).to.be.oneOf(['same-origin', 'no-referrer']);
          }
        }
        expect(target().log.join(), state).not.to.contain(id);
      }
    });
  });
});
