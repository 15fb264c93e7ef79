import { expect } from 'chai';
import { Client } from '../support/client.js';
import { FROM_ANOTHER_SITE, attack } from '../support/attack.js';
import { enrolled, pending } from '../support/people.js';

const FORM = 'application/x-www-form-urlencoded';

attack('D14: the victim ends in the attacker’s account (on %s)', (panel) => {
  it('refuses a sign-in that a page of another site sends', async () => {
    const victim = new Client(panel());
    const body = 'username=bob&password=bob-password';
    const headers = { ...FROM_ANOTHER_SITE, 'content-type': FORM };
    const { status, headers: answered } = await victim.peek('POST', '/login', headers, body);
    expect(status).to.equal(403);
    expect(answered['set-cookie']).to.equal(undefined);
  });

  it('refuses a code that a page of another site sends, and does not spend it', async () => {
    const { phone } = await enrolled(panel(), 'bob');
    const victim = await pending(panel(), 'bob');
    const code = phone.nextCode();
    const headers = { ...FROM_ANOTHER_SITE, 'content-type': FORM };
    const { status } = await victim.peek('POST', '/two-step/verify', headers, `code=${code}`);
    expect(status).to.equal(403);
    expect(await victim.who()).to.equal('code-required');
    expect((await victim.post('/two-step/verify', { code })).status).to.equal(200);
  });

  it('never raises a session id that was there before, at either step', async () => {
    const { phone } = await enrolled(panel(), 'bob');
    const victim = new Client(panel());
    // The panel keeps where somebody wanted to go, so the visitor has a session already.
    await victim.open('/settings');
    const planted = victim.copy();
    await victim.login('bob');
    const half = victim.copy();
    await victim.post('/two-step/verify', { code: phone.nextCode() });
    expect(await victim.who()).to.equal('bob');
    for (const copy of [planted, half]) expect(await copy.who()).to.equal('login-required');
    const ids = [planted, half, victim].map((client) => client.cookies.get('panel.sid'));
    expect(new Set(ids).size).to.equal(3);
  });
});
