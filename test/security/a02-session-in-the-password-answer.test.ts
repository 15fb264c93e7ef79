import { expect } from 'chai';
import { Client } from '../support/client.js';
import { attack, isOut } from '../support/attack.js';
import { enrolled } from '../support/people.js';

/** Every text of an answer that could be a token. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

describe('A2: using a session that the answer to the password already carries', () => {
  attack('on %s', (target) => {
    it('has one cookie, of a session with nobody in it, and no token', async () => {
      await enrolled(target(), 'alice');
      const client = new Client(target());
      const answer = await client.login('alice');
      expect(answer.headers['set-cookie']).to.have.length(1);
      expect([...client.cookies.keys()]).to.deep.equal(['panel.sid']);
      expect(answer.body).to.have.all.keys('type', 'title', 'status', 'code', 'verify', 'until', 'methods');
      await isOut(client);
    });

    it('has nothing that lets anybody in, alone or mixed', async () => {
      await enrolled(target(), 'alice');
      const client = new Client(target());
      const answer = await client.login('alice');
      const cookie = client.cookies.get('panel.sid') ?? '';
      const id = decodeURIComponent(cookie).slice(2).split('.')[0] ?? '';
      const tokens = [cookie, id, ...textsIn(answer.body), String(answer.headers['www-authenticate'])];
      for (const token of tokens) {
        for (const headers of [
          { authorization: `Bearer ${token}` },
          { authorization: `Basic ${Buffer.from(`alice:${token}`).toString('base64')}` },
          { cookie: `panel.sid=${encodeURIComponent(token)}` },
          { cookie: `panel.sid=${cookie}; session=${token}; token=${token}` },
          { cookie: `panel.sid.0=${token}; panel.sid.1=${cookie}` },
          { cookie: `panel.sid=${cookie}`, authorization: `Bearer ${token}`, 'x-session-id': token },
        ]) {
          const tried = await new Client(target()).send('GET', '/api/secret', headers);
          expect(tried.status, JSON.stringify(headers)).to.equal(401);
        }
      }
    });

    it('says the same to a browser: a redirect, and one cookie', async () => {
      await enrolled(target(), 'alice');
      const client = new Client(target());
      const answer = await client.submit('/login', { username: 'alice', password: 'alice-password' });
      expect([answer.status, answer.location]).to.deep.equal([303, '/two-step/verify']);
      expect(answer.headers['set-cookie']).to.have.length(1);
      expect(answer.text).to.equal('');
      await isOut(client);
    });
  });
});
