import { expect } from 'chai';
import { attack, isOut } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

const HEADERS = {
  'x-forwarded-for': '127.0.0.1',
  forwarded: 'for=127.0.0.1;proto=https',
  'x-real-ip': '127.0.0.1',
  'true-client-ip': '127.0.0.1',
  'x-internal': '1',
  'x-skip-2fa': 'true',
  'x-otp': 'not-required',
  'x-otp-required': 'false',
  'x-original-url': '/login',
  'x-rewrite-url': '/login',
  'x-http-method-override': 'GET',
  'x-requested-with': 'XMLHttpRequest',
};

describe('A9: a header that turns the code off or lies about where it comes from', () => {
  attack('on %s', (target) => {
    it('changes nothing: not at sign-in, not at the code, not at a guard', async () => {
      await enrolled(target(), 'alice');
      for (const headers of [HEADERS, ...Object.entries(HEADERS).map((each) => Object.fromEntries([each]))]) {
        const waiting = await pending(target(), 'alice');
        const { status, body } = await waiting.get('/api/secret', headers);
        expect([status, body.code], JSON.stringify(headers)).to.deep.equal([401, 'code-required']);
        if (headers !== HEADERS) continue;
        const credentials = { username: 'alice', password: 'alice-password' };
        expect((await waiting.post('/login', credentials, headers)).body.code).to.equal('code-required');
        expect((await verify(waiting, '', {}, headers)).body.code).to.equal('code-malformed');
        await isOut(waiting);
      }
    });

    it('is no address in an event, and no fresh budget of guesses', async () => {
      const { phone } = await enrolled(target(), 'alice');
      const waiting = await pending(target(), 'alice');
      for (const [place, code] of phone.wrongCodes(6).entries()) {
        const from = {
          'x-forwarded-for': `203.0.113.${String(place)}`,
          'x-real-ip': `203.0.113.${String(place)}`,
        };
        const { body } = await verify(waiting, code, {}, from);
        expect(body.code).to.equal(place < 5 ? 'code-invalid' : 'locked');
      }
      expect(target().log.join()).to.contain('127.0.0.1').and.not.to.contain('203.0.113');
    });
  });
});
