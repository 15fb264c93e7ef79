import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { Client } from '../support/client.js';
import { phoneOf, programOf } from '../support/doc-program.js';
import { startRedis } from '../support/redis-server.js';
import { DATABASE } from './panel-database.js';

/** What the application has before: its users, and how Passport finds them. */
const BEFORE = `${DATABASE}
import passport from 'passport';
import { Strategy } from 'passport-local';
passport.use(new Strategy((login, password, done) => {
  users.withPassword(login, password).then((user) => done(null, user ?? false), done);
}));
passport.serializeUser((user, done) => done(null, user.id));
passport.deserializeUser((id, done) => void users.byId(id).then((user) => done(null, user ?? false), done));
`;

describe('the application in the README', () => {
  it('signs in with the password alone, then in two steps, and guards its route', async () => {
    const redis = await startRedis();
    const folder = programOf('README.md', { 'database.ts': BEFORE });
    const env = {
      REDIS_URL: redis.url,
      SECOND_FACTOR_KEY: randomBytes(32).toString('base64'),
      SESSION_SECRET: 'for tests',
    };
    const app = await folder.start('server.ts', env);
    try {
      const signIn = async (headers = {}): Promise<[Client, number, string | undefined]> => {
        const client = new Client(app);
        const form = new URLSearchParams({ username: 'alice', password: 'password' });
        const { status, body, location } = await client.post('/login', form, headers);
        return [client, status, location ?? (body as { code?: string }).code];
      };
      const [, refused] = await signIn({ 'sec-fetch-site': 'cross-site' });
      expect(refused).to.equal(403);

      const [alice, status, location] = await signIn();
      expect([status, location]).to.deep.equal([302, '/']);
      expect((await alice.get('/backups')).body).to.include({ code: 'enrollment-required' });
      const { body } = await alice.post('/two-step/setup');
      const phone = phoneOf((body as { key: string }).key);
      expect((await alice.post('/two-step/setup/confirm', { code: phone.first })).status).to.equal(200);
      expect((await alice.get('/backups')).text).to.equal('All backups');

      const [again, , code] = await signIn();
      expect(code).to.equal('code-required');
      expect((await again.get('/backups')).body).to.include({ code: 'code-required' });
      const answer = await again.post('/two-step/verify', { code: phone.next() });
      expect(answer.body).to.include({ state: 'verified', returnTo: '/' });
      expect((await again.get('/backups')).text).to.equal('All backups');
    } finally {
      await app.stop();
      folder.remove();
      await redis.stop();
    }
  });
});
