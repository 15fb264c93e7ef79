import { expect } from 'chai';
import { FROM_ANOTHER_SITE, attack } from '../support/attack.js';
import { signedIn } from '../support/people.js';

attack('K12: enter or leave by another site (on %s)', (panel) => {
  it('refuses a form, text and JSON of another site and of a sibling subdomain', async () => {
    const admin = await signedIn(panel(), 'admin');
    const acting = await signedIn(panel(), 'root');
    const sibling = { 'sec-fetch-site': 'same-site', origin: 'http://customer.localhost' };
    for (const site of [FROM_ANOTHER_SITE, sibling, { origin: 'null' }]) {
      for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/json']) {
        const body = type === 'application/json' ? '{"account":"alice"}' : 'account=alice';
        const headers = { ...site, 'content-type': type };
        const entered = await admin.peek('POST', '/two-step/impersonation', headers, body);
        const left = await acting.peek('POST', '/two-step/impersonation/leave', headers, body);
        expect([entered.status, left.status], type).to.deep.equal([403, 403]);
      }
    }
    expect(await admin.who()).to.equal('admin');
    expect(await acting.who()).to.equal('root > admin');
  });

  it('does nothing by GET', async () => {
    const admin = await signedIn(panel(), 'admin');
    const acting = await signedIn(panel(), 'root');
    await admin.open('/two-step/impersonation?account=alice');
    await acting.open('/two-step/impersonation/leave');
    expect(await admin.who()).to.equal('admin');
    expect(await acting.who()).to.equal('root > admin');
  });
});
