import { expect } from 'chai';
import { requireSecondFactor } from 'passport-second-factor';
import type { Policy } from '../../lib/index.js';
import { inTwoParts } from '../support/in-two-parts.js';
import { Client } from '../support/client.js';
import { enroll, loggedIn, phoneWith } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

const HTML = { accept: 'text/html' };
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

describe('an account that still has the second factor of before', () => {
  let panel: Panel;
  let policy: Policy;
  let has: Set<string>;
  let flagged: [id: string, enrolled: boolean][];

  beforeEach(async () => {
    policy = 'optional';
    has = new Set(['alice']);
    flagged = [];
    panel = await startPanel({
      options: {
        account: ({ id, login, passwordChangedAt }) => ({
          id,
          name: login,
          securityStamp: passwordChangedAt,
          otherFactor: has.has(id),
        }),
        policy: () => policy,
        setEnrolled: (id, enrolled) => void flagged.push([id, enrolled]),
      },
      routes({ app }) {
        app.get('/lenient', requireSecondFactor({ unenrolled: 'allow' }), (_req, res) => res.json({}));
        app.post('/token', (req, res, next) => {
          req.logIn({ ...panel.users[0]! }, { session: false }, (error) =>
            error ? next(error) : res.json({}),
          );
        });
        app.get('/is', (req, res) => {
          const { otherFactor, enrolled, required, requiredFrom } = req.secondFactor!;
          res.json({ otherFactor, enrolled, required, requiredFrom });
        });
      },
    });
  });
  afterEach(stopPanels);

  for (const required of ['optional', 'required'] as const) {
    it(`meets every policy, and enables no other one by the password (${required})`, async () => {
      policy = required;
      const alice = await loggedIn(panel);
      expect(await alice.me()).to.equal('alice');
      for (const [method, path] of [
        ['post', 'setup'],
        ['get', 'setup'],
        ['post', 'setup/confirm'],
        ['post', 'setup/cancel'],
      ] as const) {
        const { status, body } = await alice[method](`/two-step/${path}`);
        expect([status, body.code], path).to.deep.equal([409, 'other-factor']);
      }
      expect((await alice.get('/is')).body).to.deep.equal({
        ...{ otherFactor: true, enrolled: false, required: required === 'required', requiredFrom: null },
      });
      expect((await alice.get('/two-step')).body).to.include({ otherFactor: true, enrolled: false });
      expect((await alice.get('/lenient')).status).to.equal(200);
      expect(panel.told()).to.deep.equal(['signed-in']);
      expect(await panel.store.get('alice')).to.equal(null);
      expect(flagged).to.deep.equal([]);
    });

    it(`is not called enough where only a password comes (${required})`, async () => {
      policy = required;
      expect(await panel.secondFactor.verify('alice', '123456')).to.deep.equal({
        ok: false,
        reason: 'other-factor',
      });
      panel.told();
      expect((await new Client(panel).post('/token')).body.code).to.equal('other-factor');
      expect(panel.events.at(-1)).to.include({ name: 'sign-in-refused', reason: 'other-factor' });
    });
  }

  it('is refused by a strict guard, which leads to a page that says why and offers nothing', async () => {
    const alice = await loggedIn(panel);
    const { status, body } = await alice.get('/secret');
    expect([status, body.code, body.location]).to.deep.equal([409, 'other-factor', '/two-step']);
    expect((await alice.get('/secret', HTML)).headers.location).to.equal('/two-step');
    const page = await alice.get('/two-step', HTML);
    expect(page.text).to.include('still has its earlier second factor').and.not.include('/two-step/setup');
    expect((await alice.get('/two-step', { ...HTML, 'accept-language': 'ru' })).text).to.include('прежняя');
    const sent = await alice.post('/two-step/setup', new URLSearchParams(), HTML);
    expect([sent.status, sent.text.includes('role="alert"')]).to.deep.equal([409, true]);
  });

  it('moves by import, and is as any other from then on, whatever the application still says', async () => {
    policy = 'required';
    const alice = await loggedIn(panel);
    await panel.secondFactor.admin.import('alice', { secret: SECRET, by: 'test' });
    expect(flagged).to.deep.equal([['alice', true]]);
    expect((await alice.get('/secret')).body.code).to.equal('code-required');
    has.delete('alice');
    await panel.secondFactor.admin.disable('alice', { by: 'test' });
    policy = 'optional';
    const bob = new Client(panel);
    const phone = await enroll(panel, 'bob', bob);
    has.add('bob');
    policy = 'required';
    expect((await bob.get('/secret')).status).to.equal(200);
    expect((await bob.get('/is')).body).to.include({ otherFactor: false, enrolled: true });
    expect((await bob.post('/two-step/setup', { add: true })).status).to.equal(200);
    expect((await bob.post('/two-step/disable', { code: phone.nextCode() })).body.code).to.equal(
      'disable-refused',
    );
  });

  it('enables one as any other once the application says no more', async () => {
    has.delete('alice');
    await enroll(panel);
    expect((await panel.secondFactor.status('alice')).enrolled).to.equal(true);
  });

  it('ends a sign-in that waited for a set-up, and a set-up that was begun, when it comes meanwhile', async () => {
    has.delete('alice');
    const begun = await loggedIn(panel);
    expect((await begun.post('/two-step/setup')).status).to.equal(200);
    policy = 'required';
    const waiting = new Client(panel);
    expect((await waiting.login('alice')).body.code).to.equal('enrollment-required');
    has.add('alice');
    expect((await waiting.post('/two-step/setup')).body.code).to.equal('sign-in-expired');
    expect((await begun.get('/two-step/setup')).body.code).to.equal('other-factor');
    expect((await begun.post('/two-step/setup/confirm', { code: '123456' })).body.code).to.equal(
      'other-factor',
    );
    expect(await panel.store.get('alice')).to.equal(null);
  });

  it('stops the code that would confirm a set-up, where it comes while the body is sent', async () => {
    has.delete('alice');
    const begun = await loggedIn(panel);
    const { key } = (await begun.post('/two-step/setup')).body as { key: string };
    const code = phoneWith(panel, key).code();
    const url = `http://127.0.0.1:${panel.port}/two-step/setup/confirm`;
    expect(await inTwoParts(url, begun.cookie, { code }, () => has.add('alice'))).to.equal(401);
    expect(await panel.store.get('alice')).to.equal(null);
    expect(flagged).to.deep.equal([]);
  });
});
