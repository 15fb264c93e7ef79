import { expect } from 'chai';
import type { Store } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { Client } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { enrolled, phoneWith } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';

/** 24 characters that no set of codes has. */
const NO_RECOVERY_CODE = 'AAAA-BBBB-CCCC-DDDD-EEEE-0000';

const fieldOf = (text: string, id: string): string =>
  new RegExp(`<input[^>]*\\sid="${id}"[^>]*>`).exec(text)?.[0] ?? '';
const titleOf = (text: string): string => /<title>([^<]*)</.exec(text)?.[1] ?? '';
/** What stands between the label of a field and the field. */
const aboveOf = (text: string, id: string): string =>
  new RegExp(`<label for="${id}">(.*?)<input`, 's').exec(text)?.[1] ?? '';

describe('a field that was refused', () => {
  let panel: Panel;
  let alice: Client;
  let phone: Phone;
  beforeEach(async () => {
    panel = await startPagePanel({ issuer: 'Acme' });
    alice = new Client(panel);
    ({ phone } = await enrolled(panel, 'alice', alice));
  });
  afterEach(stopPanels);

  async function pending(): Promise<Client> {
    const visitor = new Client(panel);
    await visitor.logInByForm();
    return visitor;
  }

  function expectRefused(text: string, id: string, typed: string): void {
    const field = fieldOf(text, id);
    expect(field).to.contain(`value="${typed}"`).and.contain('aria-invalid="true"').and.contain('autofocus');
    expect(field).to.contain('aria-describedby="error');
    expect(aboveOf(text, id)).to.match(/role="alert"/);
    expect(text.match(/aria-invalid="true"/g), 'one field').to.have.length(1);
    expect(text.match(/\sautofocus/g), 'one focus').to.have.length(1);
    expect(text.match(/role="alert" id="error"/g), 'one message').to.have.length(1);
    expect(titleOf(text)).to.match(/^Error: /);
  }

  it('keeps a wrong code, says so itself, and has the focus', async () => {
    const wrong = phone.wrongCode();
    const visitor = await pending();
    expectRefused((await visitor.submit('/two-step/verify', { code: wrong })).text, 'code', wrong);
    panel.now += 60_000;
    for (const [path, id] of [
      ['/two-step/step-up', 'code'],
      ['/two-step/disable', 'code'],
      ['/two-step/recovery-codes', 'code-2'],
    ] as const) {
      expectRefused((await alice.submit(path, { code: wrong })).text, id, wrong);
    }
  });

  for (const path of ['/two-step/verify', '/two-step/step-up', '/two-step/disable']) {
    it(`keeps the form of a wrong recovery code unfolded: ${path}`, async () => {
      const visitor = path.endsWith('verify') ? await pending() : alice;
      const fields = { code: NO_RECOVERY_CODE, field: 'recovery-code' };
      const { text } = await visitor.submit(path, fields);
      expectRefused(text, 'recovery-code', NO_RECOVERY_CODE);
      expect(text).to.match(/<details\s+open/);
      const malformed = await visitor.submit(path, { ...fields, code: 'abc' });
      expectRefused(malformed.text, 'recovery-code', 'abc');
    });
  }

  it('is that of the set-up as well, where the clock is off the mark too', async () => {
    const bob = new Client(panel);
    await bob.logInByForm('bob');
    await bob.submit('/two-step/setup');
    const app = phoneWith(panel, String((await bob.get('/two-step/setup')).body.key));
    for (const code of [app.wrongCode(), app.code(14), 'abc']) {
      const { text } = await bob.submit('/two-step/setup/confirm', { code });
      expectRefused(text, 'code', code);
      expect(/<details class="clocks"\s+open/.test(text)).to.equal(code !== 'abc');
      expect(text).to.not.contain('recovery code');
    }
  });

  it('shows again what was typed as text, and nothing that is too long to be a code', async () => {
    const visitor = await pending();
    const markup = '"><script>1</script>';
    const { text } = await visitor.submit('/two-step/verify', { code: markup });
    expect(text).to.not.contain(markup);
    expect(fieldOf(text, 'code')).to.contain('value="&quot;&gt;&lt;script');
    const long = await visitor.submit('/two-step/verify', { code: 'x'.repeat(500) });
    expect(/value="(x*)"/.exec(long.text)?.[1]).to.have.length(64);
    expect(long.headers['cache-control']).to.equal('no-store');
  });

  it('is none where a page has an error of its own: that stands above all', async () => {
    const { text } = await alice.submit('/two-step/recovery-codes/confirm', { set: 'another' });
    expect(titleOf(text)).to.match(/^Error: /);
    expect(text).to.not.contain('aria-invalid="true"');
    expect(text).to.match(/<\/h1>\s*<p class="notice error" role="alert" id="error">/);
  });
});

describe('a wait', () => {
  let panel: Panel;
  let phone: Phone;
  let recoveryCodes: readonly string[];
  let alice: Client;
  beforeEach(async () => {
    panel = await startPagePanel({ issuer: 'Acme' });
    alice = new Client(panel);
    ({ phone, recoveryCodes } = await enrolled(panel, 'alice', alice));
    panel.now += 60_000;
  });
  afterEach(stopPanels);

  async function pending(): Promise<Client> {
    const visitor = new Client(panel);
    await visitor.logInByForm();
    return visitor;
  }

  it('is told with the wrong code that begins it, from the fifth on', async () => {
    const visitor = await pending();
    for (let i = 0; i < 4; i++) {
      const { body, headers } = await visitor.post('/two-step/verify', { code: phone.wrongCode() });
      expect(body).to.not.have.property('until');
      expect(headers).to.not.have.property('retry-after');
    }
    for (const seconds of [30, 60]) {
      const { status, body, headers } = await visitor.post('/two-step/verify', { code: phone.wrongCode() });
      expect([status, body.code, body.until, headers['retry-after']]).to.deep.equal([
        401,
        'code-invalid',
        new Date(panel.now + seconds * 1000).toISOString(),
        String(seconds),
      ]);
      panel.now += seconds * 1000;
    }
    const { text } = await visitor.submit('/two-step/verify', { code: phone.wrongCode() });
    expect(text).to.contain('The code is not right. Too many wrong codes. Try again in 2 minutes');
  });

  it('is told of in the form after a reload, with the time it ends, and leads to the recovery code', async () => {
    const visitor = await pending();
    for (let i = 0; i < 5; i++) await visitor.post('/two-step/verify', { code: phone.wrongCode() });
    const until = new Date(panel.now + 30_000).toISOString();
    const again = await pending();
    for (const client of [visitor, again]) {
      expect((await client.get('/two-step/verify')).body.wait).to.deep.equal({ until });
      const { text } = await client.open('/two-step/verify');
      expect(text).to.contain(`<time datetime="${until}" data-in="30">${until.slice(11, 19)} UTC</time>`);
      expect(text)
        .to.contain('role="status" id="wait"')
        .and.match(/<details\s+open/);
      expect(fieldOf(text, 'recovery-code')).to.contain('autofocus');
      expect(text.match(/\sautofocus/g)).to.have.length(1);
      expect(titleOf(text)).to.not.contain('Error');
    }
    const recovered = await visitor.submit('/two-step/verify', { code: recoveryCodes[0]! });
    expect(recovered.status).to.equal(200);
    expect((await again.get('/two-step/verify')).body.wait).to.equal(null);
  });

  it('is told of where a fresh code is asked for, and in the settings', async () => {
    for (let i = 0; i < 5; i++) await alice.post('/two-step/step-up', { code: phone.wrongCode() });
    const until = new Date(panel.now + 30_000).toISOString();
    expect((await alice.get('/two-step/step-up')).body.wait).to.deep.equal({ until });
    for (const path of ['/two-step/step-up', '/two-step']) {
      expect((await alice.open(path)).text, path)
        .to.contain(`datetime="${until}"`)
        .and.contain('id="wait"');
    }
    panel.now += 30_000;
    for (const path of ['/two-step/step-up', '/two-step']) {
      expect((await alice.open(path)).text, path).to.not.contain('id="wait"');
    }
  });

  it('is none that a store which is away could tell of: the form is shown all the same', async () => {
    const store = memoryStore();
    let isAway = false;
    const get: Store['get'] = (id) => (isAway ? Promise.reject(new Error('down')) : store.get(id));
    panel = await startPagePanel({ store: { ...store, get } });
    await enrolled(panel, 'alice', new Client(panel));
    const visitor = await pending();
    isAway = true;
    const { text, status } = await visitor.open('/two-step/verify');
    expect([status, text.includes('id="wait"')]).to.deep.equal([200, false]);
  });

  it('tells who knows the password, and nobody else, and costs no guess', async () => {
    const visitor = await pending();
    for (let i = 0; i < 5; i++) await visitor.post('/two-step/verify', { code: phone.wrongCode() });
    const record = await panel.store.get('alice');
    const stranger = new Client(panel);
    expect((await stranger.get('/two-step/verify')).body).to.not.have.property('wait');
    expect((await stranger.open('/two-step/verify')).location).to.equal('/login');
    await visitor.open('/two-step/verify');
    expect(await panel.store.get('alice')).to.deep.equal(record);
  });
});

describe('how long a form lasts', () => {
  afterEach(stopPanels);

  it('is said before it ends, by a time of day', async () => {
    const panel = await startPagePanel({ policy: ({ id }) => (id === 'bob' ? 'required' : 'optional') });
    const until = (): string =>
      `data-in="600">${new Date(panel.now + 600_000).toISOString().slice(11, 19)} UTC`;
    const bob = new Client(panel);
    await bob.logInByForm('bob');
    expect((await bob.open('/two-step/setup')).text).to.contain(until());
    await bob.submit('/two-step/setup');
    expect((await bob.open('/two-step/setup')).text).to.contain(until());
    const alice = new Client(panel);
    await enrolled(panel, 'alice', alice);
    const pending = new Client(panel);
    await pending.logInByForm();
    expect((await pending.open('/two-step/verify')).text).to.contain(until());
  });
});
