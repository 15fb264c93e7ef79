import { randomBytes } from 'node:crypto';
import passport from 'passport';
import { createSecondFactor } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';

let isBlocked = false;

/** What a panel hands to the console whose only account has two-step authentication, and is blocked. */
const secondFactor = createSecondFactor<string>({
  passport,
  issuer: 'Test',
  keys: [randomBytes(32).toString('base64')],
  store: memoryStore(),
  account: (id) => ({ id, name: id }),
  findUser: (id) => (isBlocked ? null : id),
  notify: ({ id }, { name }) => {
    console.error('mail to', id, name);
  },
});
await secondFactor.admin.import('alice', { secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', by: 'test' });
await secondFactor.admin.settled();
isBlocked = true;
export default secondFactor;
