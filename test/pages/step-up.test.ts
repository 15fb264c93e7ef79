import { expect } from 'chai';
import express from 'express';
import { Client } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import type { Panel, PanelParts } from '../support/panel.js';
import { enrolled, phoneWith } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';
import type { Phone } from '../support/people.js';

/** What I3 of the threats lists, as a path a guard stops at. */
const TURNED_AWAY = [
  '//evil.example/danger',
  '/danger/a/..//evil.example',
  '/danger/%2f%2fevil.example',
  '/danger/%5cevil.example',
  '/danger/%09/evil.example',
  '/danger/%0d%0aset-cookie:a=b',
];
/** The same, as a value of the session that something else wrote. */
const PLANTED: readonly unknown[] = [
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/%2f%2fevil.example',
  '/%09/evil.example',
  '/\t/evil.example',
  'https:evil.example',
  'https://evil.example/',
  'http:evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '/a/..//evil.example',
  '@evil.example',
  'evil.example',
  '/a\r\nSet-Cookie: b=c',
  '/a\u0000',
  '/a\u202Eb',
  '',
  ' /danger',
  ['/danger'],
  { toString: '/danger' },
  `/${'a'.repeat(1025)}`,
  7,
  null,
];

/** Something else in the application writes where to go on. */
const PLANTABLE: PanelParts = {
  beforeRouter: ({ app }) => {
    app.post('/plant', express.json(), (req, res) => {
      const { returnTo } = req.body as { returnTo: unknown };
      const held = req.session as { passportSecondFactor?: { returnTo?: unknown }; returnTo?: unknown };
      if (held.passportSecondFactor) held.passportSecondFactor = { ...held.passportSecondFactor, returnTo };
      else held.returnTo = returnTo;
      res.json({});
    });
  },
};

describe('step-up', () => {
  let panel: Panel;
  let alice: Client;
  let phone: Phone;

  beforeEach(async () => {
    panel = await startPagePanel({}, PLANTABLE);
    alice = new Client(panel);
    ({ phone } = await enrolled(panel, 'alice', alice));
  });
  afterEach(stopPanels);

  const later = (): void => void (panel.now += 400_000);

  it('is no place to come back to: who signs in has just given a code', async () => {
    const visitor = new Client(panel);
    expect((await visitor.open('/two-step/step-up')).headers.location).to.equal('/login');
    await visitor.logInByForm();
    expect((await visitor.open('/two-step/step-up')).headers.location).to.equal('/two-step/verify');
    const signedIn = await visitor.submit('/two-step/verify', { code: phone.nextCode() });
    expect(signedIn.headers.location).to.equal('/');
  });

  it('lets a fresh proof pass', async () => {
    expect((await alice.open('/danger')).status).to.equal(200);
    panel.now += 299_000;
    expect((await alice.open('/danger')).status).to.equal(200);
    panel.now += 2000;
    expect((await alice.open('/danger')).status).to.equal(303);
  });

  it('asks a browser for a code and brings it back to the page it wanted, with its query', async () => {
    later();
    const stopped = await alice.open('/danger/backups?day=1&order=%2F');
    expect([stopped.status, stopped.headers.location]).to.deep.equal([303, '/two-step/step-up']);
    const form = await alice.open('/two-step/step-up');
    expect(form.text).to.match(/<form method="post" action="\/two-step\/step-up">/);
    const wrong = await alice.submit('/two-step/step-up', { code: phone.wrongCode() });
    expect(wrong.status).to.equal(401);
    const back = await alice.submit('/two-step/step-up', { code: phone.nextCode() });
    expect([back.status, back.headers.location]).to.deep.equal([303, '/danger/backups?day=1&order=%2F']);
    expect((await alice.open('/danger/backups')).status).to.equal(200);
    expect((await alice.submit('/two-step/step-up', { code: phone.nextCode() })).headers.location).to.equal(
      '/',
    );
  });

  it('brings nobody back to what was no GET', async () => {
    later();
    const stopped = await alice.submit('/danger/delete', { all: 'yes' });
    expect(stopped.headers.location).to.equal('/two-step/step-up');
    const back = await alice.submit('/two-step/step-up', { code: phone.nextCode() });
    expect(back.headers.location).to.equal('/');
  });

  it('challenges a program as RFC 9470 says', async () => {
    later();
    const { status, headers, body } = await alice.get('/danger');
    expect(status).to.equal(401);
    expect(headers['www-authenticate']).to.equal(
      'Bearer error="insufficient_user_authentication", error_description="step-up-required", max_age="300"',
    );
    expect(body).to.deep.include({
      code: 'step-up-required',
      location: '/two-step/step-up',
      maxAge: 300,
      status: 401,
    });
    const stepped = await alice.post('/two-step/step-up', { code: phone.nextCode() });
    expect([stepped.status, stepped.body]).to.deep.equal([200, { state: 'verified', returnTo: '/' }]);
    expect((await alice.get('/danger')).status).to.equal(200);
  });

  it('gives the session a new id: a copy of the old cookie is worth nothing (L2, G2)', async () => {
    later();
    const copy = new Client(panel);
    for (const [name, value] of alice.cookies) copy.cookies.set(name, value);
    await alice.submit('/two-step/step-up', { code: phone.nextCode() });
    expect(alice.cookie).to.not.equal(copy.cookie);
    expect((await copy.get('/me')).body.user).to.equal(null);
    expect((await copy.get('/danger')).body.code).to.equal('login-required');
    expect((await alice.get('/danger')).status).to.equal(200);
  });

  it('spends its code: the same one opens nothing else (C4)', async () => {
    later();
    const code = phone.nextCode();
    await alice.submit('/two-step/step-up', { code });
    const record = await panel.store.get('alice');
    for (const operation of ['step-up', 'disable', 'recovery-codes']) {
      expect((await alice.post(`/two-step/${operation}`, { code })).body.code).to.equal('code-already-used');
    }
    expect(await panel.store.get('alice')).to.equal(record);
  });

  it('shares its budget with all other operations (B5)', async () => {
    for (const operation of ['step-up', 'disable', 'recovery-codes', 'step-up', 'disable']) {
      await alice.post(`/two-step/${operation}`, { code: phone.wrongCode() });
    }
    const record = await panel.store.get('alice');
    const { status, body } = await alice.post('/two-step/step-up', { code: phone.code() });
    expect([status, body.code]).to.deep.equal([429, 'locked']);
    expect(await panel.store.get('alice')).to.equal(record);
  });

  for (const path of TURNED_AWAY) {
    it(`goes on at home after ${path} (I3)`, async () => {
      later();
      await alice.open(path);
      const { headers } = await alice.submit('/two-step/step-up', { code: phone.nextCode() });
      expect(headers.location).to.equal('/');
    });
  }

  it('goes on at home whatever the cookie of the guard was made to say (I3)', async () => {
    later();
    await alice.open('/danger/x');
    const [name = ''] = [...alice.cookies].find(([, value]) => value.startsWith('page')) ?? [];
    for (const returnTo of PLANTED.filter((value) => typeof value === 'string')) {
      alice.cookies.set(name, encodeURIComponent(`page${returnTo}`));
      const { status, headers } = await alice.submit('/two-step/step-up', { code: phone.nextCode() });
      expect([returnTo, status, headers.location]).to.deep.equal([returnTo, 303, '/']);
    }
  });

  it('ends a sign-in at home whatever the session was made to say (I3)', async () => {
    for (const returnTo of PLANTED.filter((value) => value === null || typeof value === 'string')) {
      const pending = new Client(panel);
      await pending.logInByForm();
      await pending.post('/plant', { returnTo });
      const { status, headers } = await pending.submit('/two-step/verify', { code: phone.nextCode() });
      expect([returnTo, status, headers.location]).to.deep.equal([returnTo, 303, '/']);
      const before = new Client(panel);
      await before.post('/plant', { returnTo });
      await before.logInByForm();
      const signedIn = await before.submit('/two-step/verify', { code: phone.nextCode() });
      expect([returnTo, signedIn.headers.location]).to.deep.equal([returnTo, '/']);
    }
  });

  it('goes on to another origin only where the option names it', async () => {
    const origins = { returnToOrigins: ['https://app.example'], allowedOrigins: ['https://caller.example'] };
    panel = await startPagePanel(origins, PLANTABLE);
    const bob = new Client(panel);
    ({ phone } = await enrolled(panel, 'bob', bob));
    const { headers } = await bob.open('/two-step/step-up');
    expect(headers['content-security-policy']).to.contain("form-action 'self' https://app.example;");
    for (const [returnTo, expected] of [
      ['https://app.example/x?y=1', 'https://app.example/x?y=1'],
      ['https://app.example.evil.example/', '/'],
      ['https://app.example@evil.example/', '/'],
      ['http://app.example/', '/'],
      ['https://caller.example/', '/'],
    ]) {
      const waiting = new Client(panel);
      await waiting.logInByForm('bob');
      await waiting.post('/plant', { returnTo });
      const signedIn = await waiting.submit('/two-step/verify', { code: phone.nextCode() });
      expect(signedIn.headers.location).to.equal(expected);
    }
  });
});

describe('step-up of accounts without a second factor', () => {
  let panel: Panel;
  let bob: Client;

  beforeEach(async () => {
    panel = await startPagePanel();
    bob = new Client(panel);
    await bob.logInByForm('bob');
  });
  afterEach(stopPanels);

  it('lets a fresh sign-in pass', async () => {
    expect((await bob.open('/lenient')).status).to.equal(200);
  });

  it('asks to sign in again, and comes back to where they wanted', async () => {
    panel.now += 301_000;
    const stopped = await bob.open('/lenient/x?y=1');
    expect([stopped.status, stopped.headers.location]).to.deep.equal([303, '/login']);
    const before = bob.cookie;
    const back = await bob.logInByForm('bob');
    expect([back.status, back.headers.location]).to.be.deep.oneOf([
      [302, '/lenient/x?y=1'],
      [303, '/lenient/x?y=1'],
    ]);
    expect(bob.cookie).to.not.equal(before);
    expect((await bob.open('/lenient/x?y=1')).status).to.equal(200);
  });

  it('challenges a program as RFC 9470 says, with the login page', async () => {
    panel.now += 301_000;
    const { status, headers, body } = await bob.get('/lenient');
    expect([status, body.code, body.location, body.maxAge]).to.deep.equal([
      401,
      'step-up-required',
      '/login',
      300,
    ]);
    expect(headers['www-authenticate']).to.contain('max_age="300"');
  });

  it('sends them to enable it where the guard wants a second factor', async () => {
    const page = await bob.open('/danger');
    expect([page.status, page.headers.location]).to.deep.equal([303, '/two-step']);
    const { status, body } = await bob.get('/danger');
    expect([status, body.code]).to.deep.equal([403, 'enrollment-required']);
  });

  it('comes back to where they wanted once it is enabled', async () => {
    await bob.open('/danger/x');
    const { body } = await bob.post('/two-step/setup');
    const phone = phoneWith(panel, String(body.key));
    const { text } = await bob.submit('/two-step/setup/confirm', { code: phone.code() });
    expect(text).to.contain('name="returnTo" value="/danger/x"');
    expect((await bob.open('/danger/x')).status).to.equal(200);
  });

  it('brings who wants to enable it with an old sign-in back to the settings', async () => {
    panel.now += 901_000;
    const stopped = await bob.submit('/two-step/setup');
    expect([stopped.status, stopped.headers.location]).to.deep.equal([303, '/login']);
    expect((await bob.logInByForm('bob')).headers.location).to.equal('/two-step');
    expect((await bob.submit('/two-step/setup')).headers.location).to.equal('/two-step/setup');
    expect(await panel.store.get('bob')).to.equal(null);
  });
});
