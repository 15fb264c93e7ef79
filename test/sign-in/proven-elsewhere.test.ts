import { expect } from 'chai';
import { Client } from '../support/client.js';
import { KEYS, addKey, startKeyPanel } from '../support/key-panel.js';
import { enroll, enrolled, give, said } from '../support/people.js';
import { startPanel, stopPanels, user, userOf } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import { signOn, signedOn, singleSignOn } from '../support/single-sign-on.js';

const routes = singleSignOn();
const account = ({ id, login, level, passwordChangedAt }: User) => ({
  id,
  name: login,
  ...(level !== undefined && { level }),
  securityStamp: passwordChangedAt,
});

describe('sign-in/proven-elsewhere', () => {
  afterEach(stopPanels);

  const stateOf = async (client: Client): Promise<unknown> => (await client.get('/state')).body;

  describe('of an account with a second factor', () => {
    let panel: Panel;
    beforeEach(async () => {
      panel = await startPanel({ routes });
      await enroll(panel);
      panel.told();
    });

    it('spares the code, satisfies guards, and says honestly what was proved', async () => {
      const { client, answer } = await signedOn(panel);
      expect(answer.body).to.deep.equal({ user: 'alice' });
      const proved = { state: 'proven-elsewhere', amr: ['mfa'], verifiedAt: panel.now - 60_000 };
      expect(await stateOf(client)).to.deep.equal(proved);
      const { body } = await client.get('/two-step');
      expect(body).to.deep.include({ ...proved, verifiedAt: new Date(proved.verifiedAt).toISOString() });
      expect((await client.get('/secret')).status).to.equal(200);
      expect((await client.get('/fresh')).status).to.equal(200);
      const { method } = panel.events.findLast(({ name }) => name === 'signed-in') as { method?: string };
      expect(panel.told()).to.deep.equal(['signed-in']);
      expect(method).to.equal('proven-elsewhere');
    });

    it('ages from the moment it was proved, until a code makes the proof fresh', async () => {
      const { client } = await signedOn(panel, { age: 240 });
      expect((await client.get('/fresh')).status).to.equal(200);
      panel.now += 61_000;
      const { body } = await client.get('/fresh');
      expect(body).to.include({ code: 'step-up-required', maxAge: 300 });
      expect((await client.get('/secret')).status).to.equal(200);
    });

    it('counts for one sign-in alone, and for no later one in the session', async () => {
      const { client } = await signedOn(panel);
      expect(said(await client.login('alice'))).to.equal('code-required');
      expect(await client.me()).to.equal(null);
      expect(said(await signOn(client, { vouchFor: null }))).to.equal('code-required');
    });

    it('ends with what it was proved beside: another second factor, another password', async () => {
      const { client } = await signedOn(panel);
      const { client: second } = await signedOn(panel);
      userOf(panel).passwordChangedAt = 2;
      expect(await client.me()).to.equal(null);
      userOf(panel).passwordChangedAt = 1;
      await panel.secondFactor.admin.disable('alice', { by: 'test' });
      expect(await stateOf(second)).to.include({ state: 'signed-in', verifiedAt: null });
      await enroll(panel);
      expect(said(await second.get('/secret'))).to.equal('code-required');
    });

    it('goes on where the application signs its user in once more', async () => {
      panel = await startPanel({
        routes(started) {
          routes(started);
          started.app.post('/again', (req, res, next) => {
            req.logIn(req.user!, (error) => (error ? next(error) : res.json({})));
          });
        },
      });
      const phone = await enroll(panel);
      const { client } = await signedOn(panel, { age: 100 });
      panel.now += 50_000;
      expect((await client.post('/again')).status).to.equal(200);
      expect(await stateOf(client)).to.deep.include({
        state: 'proven-elsewhere',
        verifiedAt: panel.now - 150_000,
      });
      expect((await give(client, 'step-up', phone.nextCode())).status).to.equal(200);
      expect(await stateOf(client)).to.include({ state: 'verified' });
    });

    it('lets a call without a session pass as well', async () => {
      panel = await startPanel({
        routes(started) {
          routes(started);
          started.app.get('/token', started.passport.authenticate('sso', { session: false }), (req, res) => {
            res.json({ user: (req.user as User).id });
          });
        },
      });
      await enroll(panel);
      const ask = async (asked: object): Promise<unknown> => {
        const headers = { 'x-sign-on': JSON.stringify(asked) };
        const { body } = await new Client(panel).get('/token', headers);
        return (body as { user?: string; code?: string }).user ?? body.code;
      };
      expect(await ask({})).to.equal('alice');
      expect(await ask({ vouchFor: null })).to.equal('code-required');
      expect(await ask({ vouchFor: 'bob' })).to.equal('code-required');
    });
  });

  describe('of an account without one', () => {
    it('satisfies guards, and asks for a new sign-in where it is too old', async () => {
      const panel = await startPanel({ routes });
      const { client } = await signedOn(panel);
      expect(await stateOf(client)).to.deep.include({ state: 'signed-in', amr: ['mfa'] });
      expect((await client.get('/secret')).status).to.equal(200);
      panel.now += 400_000;
      const { body, headers } = await client.open('/fresh');
      expect(headers.location ?? body.code).to.equal('/login');
      await client.login('alice');
      expect(said(await client.get('/secret')), 'by the password').to.equal('enrollment-required');
    });

    it('does not count in the place of one that the policy requires', async () => {
      const panel = await startPanel({ routes, options: { policy: () => 'required' } });
      const { client, answer } = await signedOn(panel);
      expect(said(answer)).to.equal('enrollment-required');
      expect(await client.me()).to.equal(null);
    });

    it('is asked for anew once there is one', async () => {
      const panel = await startPanel({ routes });
      const { client } = await signedOn(panel);
      await enroll(panel);
      expect(said(await client.get('/secret'))).to.equal('code-required');
    });

    it('is the second factor of accounts that have theirs with the provider', async () => {
      const panel = await startPanel({
        routes,
        options: { account: (given) => ({ ...account(given), otherFactor: true }), policy: () => 'required' },
      });
      const { client } = await signedOn(panel);
      expect((await client.get('/secret')).status).to.equal(200);
      const byPassword = new Client(panel);
      await byPassword.login('alice');
      expect(said(await byPassword.get('/secret'))).to.equal('other-factor');
    });
  });

  describe('where keys alone count', () => {
    it('must be phishing-resistant to satisfy a guard that asks for that', async () => {
      const panel = await startKeyPanel({}, { routes });
      await enroll(panel);
      const { client } = await signedOn(panel);
      expect(said(await client.get('/by-key'))).to.equal('security-key-required');
      const { client: resistant } = await signedOn(panel, { phishingResistant: true });
      expect((await resistant.get('/by-key')).status).to.equal(200);
      expect((await stateOf(resistant)) as object).to.deep.include({ amr: ['pop', 'mfa'] });
    });

    it('must be phishing-resistant under such a policy, and the account must have a key', async () => {
      const panel = await startKeyPanel({ policy: () => policy }, { routes });
      let policy: 'optional' | { phishingResistant: true } = 'optional';
      await enroll(panel, 'bob');
      const owner = new Client(panel);
      await owner.login('alice');
      await addKey(owner);
      policy = { phishingResistant: true };
      expect(said((await signedOn(panel)).answer)).to.equal('code-required');
      const { client, answer } = await signedOn(panel, { phishingResistant: true });
      expect(answer.status).to.equal(200);
      expect((await client.get('/secret')).status).to.equal(200);
      const withoutKey = await signedOn(panel, { login: 'bob', phishingResistant: true });
      expect(said(withoutKey.answer), 'an app alone').to.equal('code-required');
    });
  });

  describe('does not count', () => {
    let panel: Panel;
    beforeEach(async () => {
      panel = await startPanel({
        users: [
          { ...user('root'), level: 'root' },
          { ...user('alice'), level: 'user' },
        ],
        options: { account, webauthn: KEYS, impersonation: { levels: ['root', 'user'] } },
        routes,
      });
      await enroll(panel, 'root');
    });

    it('for changing a second factor', async () => {
      const { client } = await signedOn(panel, { login: 'root' });
      for (const [path, body] of [
        ['setup', { add: 'on' }],
        ['authenticators/remove', { id: 'any' }],
        ['security-keys', { credential: {} }],
        ['security-keys/remove', { id: 'any' }],
      ] as const) {
        expect(said(await client.post(`/two-step/${path}`, body)), path).to.equal('step-up-required');
      }
      for (const path of ['disable', 'recovery-codes']) {
        expect(said(await client.post(`/two-step/${path}`)), path).to.equal('code-malformed');
      }
    });

    it('for acting as somebody else, until a code was given', async () => {
      const phone = (await enrolled(panel, 'alice')).phone;
      await panel.secondFactor.admin.disable('alice', { by: 'test' });
      expect(phone.code()).to.match(/^\d{6}$/);
      const { client } = await signedOn(panel, { login: 'root' });
      expect(said(await client.actAs('alice'))).to.equal('step-up-required');
      expect(await client.me()).to.equal('root');
    });
  });

  describe('refuses', () => {
    it('what is no proof, with the fix', async () => {
      for (const [proof, fix] of [
        [{}, /at must be the Date/],
        [{ at: 1_700_000_000 }, /new Date\(auth_time \* 1000\)/],
        [{ at: new Date(Number.NaN) }, /at must be the Date/],
        [{ at: new Date(), phishingResistant: 'yes' }, /phishingResistant must be true or false/],
        [{ at: new Date(), maxAge: 1 }, /unknown provenElsewhere option maxAge/],
        [null, /must be an object/],
      ] as const) {
        const panel = await startPanel({
          routes: singleSignOn((req, given) => req.secondFactor?.provenElsewhere(given, proof as never)),
        });
        const { answer } = await signedOn(panel);
        expect(answer.status, String(fix)).to.equal(500);
        expect(panel.errors[0], String(fix)).to.have.property('message').that.matches(fix);
      }
    });

    it('a user that account() cannot describe, at the sign-in it is for and without ending the process', async () => {
      const panel = await startPanel({
        routes: singleSignOn((req) => req.secondFactor?.provenElsewhere({}, { at: new Date() })),
      });
      const { client, answer } = await signedOn(panel);
      expect(answer).to.deep.include({ status: 500, body: { code: 'account-invalid' } });
      expect(panel.errors[0]).to.have.property('message').that.includes('handed to provenElsewhere');
      expect(await client.me()).to.equal(null);
      for (const nobody of [null, undefined, false]) {
        const other = await startPanel({
          routes: singleSignOn((req) => req.secondFactor?.provenElsewhere(nobody, { at: new Date() })),
        });
        expect((await signedOn(other)).answer.body.code, String(nobody)).to.equal('option-invalid');
      }
    });
  });
});
