import { expect } from 'chai';
import { decideAttempt } from '../../lib/account/attempt.js';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import { recoverySet } from '../../lib/account/recovery-codes.js';
import { callsOf } from '../support/calls-of.js';
import { NOW, aRecord } from '../support/records.js';
import { attack } from '../support/attack.js';
import { burst, enrolled, signedIn, tally } from '../support/people.js';

const GUESSES = 500;
/** What takes long on purpose. */
const SLOW = ['scrypt', 'scryptSync', 'pbkdf2', 'pbkdf2Sync'] as const;

attack('E6: recovery codes as an attack on the processor %s', (attacked) => {
  it('begins nothing slow in a flood of recovery codes, and answers others meanwhile', async () => {
    const panel = attacked();
    const owner = await enrolled(panel);
    const other = await signedIn(panel, 'bob');
    const slow = await callsOf(SLOW, async () => {
      // Of somebody who is signed in: there no number of wrong recovery codes ends anything.
      const code = 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF';
      const flood = burst(GUESSES, () => owner.client.post('/two-step/step-up', { code }));
      expect((await other.get('/api/me')).status).to.equal(200);
      expect(tally(await flood)).to.deep.equal({ 'code-invalid': GUESSES });
    });
    expect(slow).to.deep.equal({ scrypt: 0, scryptSync: 0, pbkdf2: 0, pbkdf2Sync: 0 });
  });
});

describe('E6: the price of a recovery-shaped guess', () => {
  it('is one quick hash, however many codes there are', async () => {
    const codes = Array.from({ length: 10 }, (_, i) => String(i).repeat(24));
    const record = aRecord(recoverySet('a key', codes));
    const { createHmac, ...slow } = await callsOf(['createHmac', ...SLOW], () =>
      decideAttempt(record, 'A'.repeat(24), NOW, DEFAULT_LIMITS),
    );
    expect(createHmac).to.equal(1);
    expect(slow).to.deep.equal({ scrypt: 0, scryptSync: 0, pbkdf2: 0, pbkdf2Sync: 0 });
  });
});
