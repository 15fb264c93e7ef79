import { expect } from 'chai';
import type { Policy } from 'passport-second-factor';
import { FROM_ANOTHER_SITE, attack, isOut } from '../support/attack.js';
import type { AttackedPanel } from '../support/attack.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { restarted } from '../support/example-panel.js';
import { runConsole } from '../support/example-process.js';
import { addKey, askedBy, creationFor, startKeyPanel } from '../support/key-panel.js';
import { stopPanels } from '../support/panel.js';
import { enrolled, signedIn } from '../support/people.js';
import { SoftKey } from '../support/soft-key.js';
import type { Faults } from '../support/soft-key.js';

/** Where the browsers of the example panel believe it to be. */
const ORIGIN = 'http://localhost:3000';
const KEYS = '/two-step/security-keys';
type Asked = ReturnType<typeof askedBy>;

/** Somebody whose only second factor is a key. */
async function keyOwner(panel: AttackedPanel, login = 'alice', counter = 0) {
  const client = await signedIn(panel, login);
  const key = new SoftKey(ORIGIN);
  key.counter = counter;
  await addKey(client, key);
  return { client, key };
}

/** A browser that has the password right, and what its keys are asked. */
async function waiting(panel: AttackedPanel, login = 'alice'): Promise<{ client: Client; asked: Asked }> {
  const client = new Client(panel);
  return { client, asked: askedBy(await client.login(login)) };
}

const answer = (client: Client, credential: unknown): Promise<Answer> =>
  client.post('/two-step/verify', { credential });

/** What the store decides, or the store of the sessions. */
const ON_REDIS = ['M1:'];

describe('Security keys', () => {
  attack('on %s', ON_REDIS, (panel) => {
    it('M1: lets one assertion in once, sent at once from ten jars to two panels on one store', async () => {
      const { key } = await keyOwner(panel());
      const other = await restarted(panel(), {});
      try {
        const { client, asked } = await waiting(panel());
        const credential = key.get(asked);
        const jars = Array.from({ length: 10 }, (_, i) => {
          const jar = client.copy();
          return i % 2 === 0 || panel().redis === null ? jar : new Client(other, jar.cookies);
        });
        const answers = await Promise.all(jars.map((jar) => answer(jar, credential)));
        expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
        expect((await answer(client.copy(), credential)).status).to.not.equal(200);
        const { client: later } = await waiting(panel());
        expect((await answer(later, credential)).body.code).to.equal('assertion-invalid');
        await isOut(later);
      } finally {
        await other.end();
      }
    });

    it('M2: refuses the challenge of another session, account, earlier sign-in or of a step-up', async () => {
      const { client: owner, key } = await keyOwner(panel());
      const bob = await keyOwner(panel(), 'bob');
      const others = [
        (await waiting(panel())).asked,
        (await waiting(panel(), 'bob')).asked,
        askedBy(await owner.get('/two-step/step-up')),
        askedBy(await bob.client.get('/two-step/step-up')),
      ];
      const { client, asked: earlier } = await waiting(panel());
      await client.post('/two-step/cancel');
      const asked = askedBy(await client.login('alice'));
      const before = await panel().record('alice');
      for (const wrong of [...others, earlier]) {
        expect((await answer(client, key.get(wrong))).body.code).to.equal('assertion-invalid');
      }
      await isOut(client);
      expect(await panel().record('alice')).to.equal(before);
      expect((await answer(client, key.get(asked))).status).to.equal(200);
    });

    const ELSEWHERE: Record<string, Faults> = {
      'another origin': { origin: 'http://evil.example' },
      'another port': { origin: 'http://localhost:3001' },
      https: { origin: 'https://localhost:3000' },
      'a name below': { origin: 'http://a.localhost:3000' },
      'another rpId': { rpId: 'evil.example' },
      'a frame of another site': { crossOrigin: true },
      'a frame that names its page': { crossOrigin: true, topOrigin: 'https://evil.example' },
      'a page that names its page alone': { topOrigin: ORIGIN },
      'another ceremony': { type: 'webauthn.create' },
    };
    it('M3: refuses what was signed for another page, port, frame or ceremony', async () => {
      const { key } = await keyOwner(panel());
      const { client, asked } = await waiting(panel());
      const before = await panel().record('alice');
      for (const [what, faults] of Object.entries(ELSEWHERE)) {
        expect((await answer(client, key.get(asked, faults))).body.code, what).to.equal('assertion-invalid');
      }
      await isOut(client);
      expect(await panel().record('alice')).to.equal(before);
    });

    it('M4: refuses keys of others, removed ones and unknown ones in the same words', async () => {
      const { client: owner } = await keyOwner(panel());
      const { key: bobs } = await keyOwner(panel(), 'bob');
      const spare = await addKey(owner, new SoftKey(ORIGIN));
      expect((await owner.post(`${KEYS}/remove`, { id: spare.id })).status).to.equal(200);
      const { client, asked } = await waiting(panel());
      const words = [];
      for (const wrong of [bobs, spare, new SoftKey(ORIGIN)]) {
        const { status, text } = await answer(client, wrong.get(asked));
        words.push(`${String(status)} ${text}`);
      }
      expect(new Set(words).size).to.equal(1);
      await isOut(client);
    });

    it('M5: stops a key whose counter goes back or stands still, in both hands, and tells once', async () => {
      for (const [login, counter] of [
        ['alice', 5],
        ['bob', 4],
      ] as const) {
        const { key } = await keyOwner(panel(), login, 5);
        const thief = await waiting(panel(), login);
        panel().log.length = panel().mails.length = 0;
        const refused = await answer(thief.client, key.get(thief.asked, { counter }));
        expect(refused.body.code).to.equal('security-key-stopped');
        const owner = await waiting(panel(), login);
        expect((await answer(owner.client, key.get(owner.asked))).body.code).to.equal('security-key-stopped');
        expect(
          panel()
            .told()
            .filter((name) => name === 'security-key-stopped'),
        ).to.have.length(1);
        expect(panel().mails.join()).to.include(login);
        for (const { client } of [thief, owner]) await isOut(client);
      }
    });

    it('M6: believes the flags that were signed, and nothing that stands beside them', async () => {
      const { key } = await keyOwner(panel());
      const { client, asked } = await waiting(panel());
      const credential = {
        ...key.get(asked, { flags: 1 }),
        userVerified: true,
        authenticatorAttachment: 'x',
      };
      expect((await answer(client, credential)).status).to.equal(200);
      expect((await client.get('/two-step')).body).to.include({ userVerified: false });
      const other = await waiting(panel());
      const signed = key.get(other.asked, { flags: 1 });
      const data = Buffer.from(String(signed.response.authenticatorData), 'base64url');
      data[32] = 5;
      const response = { ...signed.response, authenticatorData: data.toString('base64url') };
      expect((await answer(other.client, { ...signed, response })).body.code).to.equal('assertion-invalid');
      await isOut(other.client);
    });

    it('M7: adds no key that nobody asked for, or that no browser makes', async () => {
      const client = await signedIn(panel(), 'alice');
      const foreign = await creationFor(await signedIn(panel(), 'bob'));
      const creation = await creationFor(client);
      const key = new SoftKey(ORIGIN);
      const made = key.create(creation);
      const deep = Buffer.concat([Buffer.alloc(50_000, 0x81), Buffer.from([0])]).toString('base64url');
      for (const [what, credential] of Object.entries({
        'a challenge of another account': key.create(foreign),
        'an assertion': key.get({ challenge: creation.challenge, rpId: 'localhost' }),
        'an algorithm that was not offered': key.create(creation, { alg: -50, cose: key.cose().set(3, -50) }),
        'an id of 20 000 bytes': key.create(creation, { credentialId: Buffer.alloc(20_000, 1) }),
        'deep CBOR': { ...made, response: { ...made.response, attestationObject: deep } },
        'another page': key.create(creation, { origin: 'http://evil.example' }),
        'nobody present': key.create(creation, { flags: 0 }),
      })) {
        const refused = await client.post(KEYS, { credential });
        expect(refused.status, what).to.be.oneOf([413, 422]);
      }
      expect((await panel().secondFactor.status('alice')).enrolled).to.equal(false);
      expect(await panel().record('alice')).to.equal(null);
      const added = await client.post(KEYS, { credential: made, name: '<img src=x onerror=alert(1)>' });
      expect(added.status).to.equal(200);
      const again = key.create(await creationFor(client));
      expect((await client.post(KEYS, { credential: again })).body.code).to.equal('security-key-known');
      const { text } = await client.open(KEYS);
      expect(text).to.include('&lt;img src=x').and.not.include('<img src=x');
    });

    it('M9: changes no key while acting, before the second step, with an old proof or from another site', async () => {
      const { client: owner, key } = await keyOwner(panel());
      const root = await signedIn(panel(), 'root');
      await root.actAs('bob');
      const parked = (await waiting(panel())).client;
      const before = await panel().record('alice');
      const changes = [
        [KEYS, { credential: {}, name: 'x' }],
        [`${KEYS}/remove`, { id: key.id }],
        [`${KEYS}/rename`, { id: key.id, name: 'x' }],
      ] as const;
      for (const [path, body] of changes) {
        expect((await root.post(path, body)).status, path).to.equal(403);
        expect((await parked.post(path, body)).status, path).to.equal(401);
        expect((await owner.post(path, body, FROM_ANOTHER_SITE)).status, path).to.equal(403);
      }
      panel().advance(901);
      for (const [path, body] of changes) {
        expect((await owner.post(path, body)).body.code, path).to.equal('step-up-required');
      }
      expect(await panel().record('alice')).to.equal(before);
      expect((await panel().secondFactor.status('bob')).enrolled).to.equal(false);
    });

    it('M10: never takes the last factor of an account away', async () => {
      const { client, key } = await keyOwner(panel());
      const before = await panel().record('alice');
      expect((await client.post(`${KEYS}/remove`, { id: key.id })).body.code).to.equal('factor-last');
      const console = await runConsole(panel().env, 'security-keys', 'alice', '--remove', '--yes');
      expect(console.code).to.equal(1);
      expect(await panel().record('alice')).to.equal(before);
      expect((await new Client(panel()).login('alice')).status).to.equal(401);
    });

    it('M11: locks nobody out whose keys were made for another rpId, and the console tells', async () => {
      const client = await signedIn(panel(), 'alice');
      const credential = new SoftKey(ORIGIN).create(await creationFor(client), {
        transports: ['<b>', 'x'.repeat(5000)],
      });
      const { recoveryCodes } = (await client.post(KEYS, { credential })).body as { recoveryCodes: string[] };
      const settings = { PANEL_ORIGIN: 'https://panel.example' };
      const moved = await restarted(panel(), settings);
      try {
        const owner = new Client(moved);
        const { body } = await owner.login('alice');
        expect(body.methods).to.deep.equal(['recovery-code']);
        expect((await owner.post('/two-step/verify', { code: recoveryCodes[0] })).status).to.equal(200);
        const checked = await runConsole({ ...panel().env, ...settings }, 'check');
        expect(checked.out + checked.err).to.match(/made for another rpId/);
      } finally {
        await moved.end();
      }
    });

    it('M12: writes no record for pages that ask, and raises no alarm for a forged signature', async () => {
      const { key } = await keyOwner(panel(), 'alice', 5);
      const before = await panel().record('alice');
      const { client, asked } = await waiting(panel());
      await Promise.all(Array.from({ length: 50 }, () => client.copy().get('/two-step/verify')));
      expect(await panel().record('alice')).to.equal(before);
      const forged = key.get(asked, { counter: 1, signature: Buffer.alloc(70, 1) });
      expect((await answer(client, forged)).body.code).to.equal('assertion-invalid');
      expect(panel().told()).to.not.include('security-key-stopped');
      expect(await panel().record('alice')).to.equal(before);
      expect((await answer(client, key.get(asked))).status).to.equal(200);
    });
  });

  describe('M8: a policy of keys alone', () => {
    afterEach(stopPanels);

    it('takes no code, recovery code or remembered browser instead, and shows the way', async () => {
      let policy: Policy = 'optional';
      const panel = await startKeyPanel({ policy: () => policy, rememberBrowsers: { days: 30 } });
      const { client, phone, recoveryCodes } = await enrolled(panel);
      const key = await addKey(client);
      const browser = new Client(panel);
      await browser.login('alice');
      await browser.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
      await browser.post('/logout');
      policy = { phishingResistant: true };
      const parked = await browser.login('alice');
      expect([parked.status, parked.body.methods]).to.deep.equal([401, ['security-key']]);
      for (const code of [phone.nextCode(), recoveryCodes[0]]) {
        const { body } = await browser.post('/two-step/verify', { code });
        expect(body.code).to.equal('security-key-required');
      }
      expect(await browser.me()).to.equal(null);
      expect((await answer(browser, key.get(askedBy(parked)))).status).to.equal(200);
    });
  });
});
