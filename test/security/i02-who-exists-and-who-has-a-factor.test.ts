import { expect } from 'chai';
import { callsOf } from '../support/calls-of.js';
import type { Answer } from '../support/client.js';
import { Client } from '../support/client.js';
import { attack } from '../support/attack.js';
import { enrolled, pending, verify } from '../support/people.js';

/** Of one login, without a second factor, with one, and of nobody. */
const LOGINS = ['bob', 'eve', 'alice', 'admin'];

/** What of an answer differs for reasons of its own. */
function comparable({ status, headers, text, location }: Answer, typed?: string): unknown {
  const { date: _date, 'content-length': _length, ...others } = headers;
  let body = text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replace(/data-until="[^"]*"/g, '');
  // The login form repeats what was typed.
  if (typed !== undefined) body = body.replace(`value="${typed}"`, 'value');
  const cookies = (others['set-cookie'] ?? []).map((line) =>
    line.replace(/=[^;]*/, '=').replace(/Expires=[^;]*/i, ''),
  );
  return { status, location, body, headers: { ...others, 'set-cookie': cookies } };
}

attack('I2: answers that tell who exists and who has a second factor %s', (attacked) => {
  /** Alice has a second factor, and admin has one that is locked. */
  async function scene() {
    const panel = attacked();
    const alice = await enrolled(panel, 'alice');
    const admin = await enrolled(panel, 'admin');
    const guesser = await pending(panel, 'admin');
    for (const code of admin.phone.wrongCodes(5)) await verify(guesser, code);
    return { alice, admin };
  }

  it('answers a wrong password alike for everybody and for nobody', async () => {
    const panel = attacked();
    await scene();
    const programs: unknown[] = [];
    const people: unknown[] = [];
    for (const login of LOGINS) {
      programs.push(comparable(await new Client(panel).login(login, 'not-the-password')));
      const form = { username: login, password: 'not-the-password' };
      people.push(comparable(await new Client(panel).submit('/login', form), login));
    }
    for (const answer of programs) expect(answer).to.deep.equal(programs[0]).and.include({ status: 401 });
    for (const answer of people) expect(answer).to.deep.equal(people[0]).and.include({ status: 401 });
  });

  it('hashes a wrong password once for everybody and for nobody, which takes the same time', async () => {
    const panel = attacked();
    await scene();
    for (const login of LOGINS) {
      const { scrypt } = await callsOf(['scrypt'], () => new Client(panel).login(login, 'not-the-password'));
      expect(scrypt, login).to.equal(1);
    }
  });

  it('writes nothing and tells nothing of the second factor for a wrong password', async () => {
    const panel = attacked();
    await scene();
    panel.log.length = 0;
    for (const login of LOGINS) await new Client(panel).login(login, 'not-the-password');
    expect(panel.log).to.deep.equal([]);
  });

  it('shows the same form to everybody who knew the password, with no name, and no lock', async () => {
    const panel = attacked();
    const { admin } = await scene();
    const shown: unknown[] = [];
    for (const login of ['alice', 'admin']) {
      const client = new Client(panel);
      const answers = [
        await client.login(login),
        await client.open('/two-step/verify'),
        await client.get('/two-step/verify'),
        await client.get('/two-step'),
        await client.get('/api/me'),
        await client.post('/two-step/verify', { code: '' }),
      ];
      for (const { text } of answers) {
        const seen = text.replace(/<style>[\s\S]*?<\/style>/g, '').toLowerCase();
        expect(seen).to.not.match(/alice|\badmin\b|\w@\w|failures|recoverycodesleft/);
      }
      shown.push(answers.map((answer) => comparable(answer)));
    }
    expect(shown[1]).to.deep.equal(shown[0]);
    // The lock is told to who tries a code, and to him alone.
    const client = await pending(panel, 'admin');
    expect((await verify(client, admin.phone.code(1))).body).to.have.property('until');
  });

  it('tells strangers the same of every route of ours, whoever has a factor', async () => {
    const panel = attacked();
    const { alice } = await scene();
    for (const path of ['', '/verify', '/setup', '/step-up']) {
      const stranger = await new Client(panel).get(`/two-step${path}`);
      expect(stranger.text).to.not.match(/alice|admin\b|enrolled|failures/);
    }
    for (const path of ['/verify', '/step-up', '/disable', '/recovery-codes']) {
      const right = await new Client(panel).post(`/two-step${path}`, { code: alice.phone.code(1) });
      const wrong = await new Client(panel).post(`/two-step${path}`, { code: alice.phone.wrongCodes(1)[0] });
      expect(comparable(right), path).to.deep.equal(comparable(wrong));
    }
  });
});
