import { expect } from 'chai';
import type { Policy } from '../../lib/index.js';
import { ROUTES } from './route-table.js';
import type { Who } from './route-table.js';
import { Client, NAVIGATES } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import { enrolled, phoneWith } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';
import type { Panel } from '../support/panel.js';
import type { Phone } from '../support/people.js';

describe('the routes', () => {
  let panel: Panel;
  let phone: Phone;
  let policy: Policy;

  beforeEach(async () => {
    policy = 'optional';
    panel = await startPagePanel({
      issuer: 'Acme Panel',
      policy: () => policy,
      rememberBrowsers: { days: 30 },
    });
  });
  afterEach(stopPanels);

  async function someone(who: Who): Promise<Client> {
    const visitor = new Client(panel);
    policy = who === 'must-enroll' ? 'required' : 'optional';
    if (who === 'anonymous') return visitor;
    if (who === 'pending' || who === 'verified') ({ phone } = await enrolled(panel, 'alice', visitor));
    else await visitor.logInByForm();
    if (who === 'setting-up') await visitor.post('/two-step/setup');
    if (who !== 'pending') return visitor;
    const other = new Client(panel);
    await other.logInByForm();
    return other;
  }

  for (const { route, who, html, json, body = {} } of ROUTES) {
    const [method = '', path = ''] = route.split(' ');

    it(`answers ${who} who asks for ${route} with ${html} and ${json}, safely`, async () => {
      const reader = await someone(who);
      const record = await panel.store.get('alice');
      const page = method === 'GET' ? await reader.open(path) : await reader.submit(path, body);
      expect(summary(page)).to.equal(html);
      expectSafe(page);
      expect(await panel.store.get('alice')).to.equal(record);

      if (method === 'GET') expectSameHeaders(await reader.send('HEAD', path, NAVIGATES), page);
      await panel.secondFactor.admin.disable('alice', { by: 'test' });
      const program = await someone(who);
      const answer = method === 'GET' ? await program.get(path) : await program.post(path, body);
      expect(summary(answer)).to.equal(json);
      expectSafe(answer);
      if (answer.status >= 400) {
        expect(answer.headers['content-type']).to.equal('application/problem+json; charset=utf-8');
        expect(answer.body.type).to.equal(`urn:passport-second-factor:error:${String(answer.body.code)}`);
      }
      expect(Boolean(answer.headers['www-authenticate'])).to.equal(answer.status === 401);
      if (method === 'GET') expectSameHeaders(await program.send('HEAD', path), answer);
    });
  }

  it('shows recovery codes once, by confirming and by making new ones', async () => {
    const alice = await someone('setting-up');
    const { body } = await alice.get('/two-step/setup');
    phone = phoneWith(panel, String(body.key));
    const shown = await alice.submit('/two-step/setup/confirm', { code: phone.code() });
    expect(summary(shown)).to.equal('200 Your recovery codes');
    expectSafe(shown);
    const codes = codesOf(shown);
    expect(codes).to.have.length(10);

    const renewed = await alice.submit('/two-step/recovery-codes', { code: phone.nextCode() });
    expect(summary(renewed)).to.equal('200 Your recovery codes');
    expectSafe(renewed);
    expect(codesOf(renewed)).to.have.length(10);
    expect(new Set([...codes, ...codesOf(renewed)]).size).to.equal(20);

    for (const path of ['/two-step', '/two-step/setup', '/two-step/step-up', '/two-step/verify']) {
      for (const { text } of [await alice.open(path), await alice.get(path)]) {
        for (const secret of [...codesOf(renewed), String(body.key), 'otpauth:'])
          expect(text).to.not.contain(secret);
      }
    }
  });

  it('lets people go on from the recovery codes by saying that they are saved, which is one click', async () => {
    const alice = await someone('setting-up');
    const { body } = await alice.get('/two-step/setup');
    const { text } = await alice.submit('/two-step/setup/confirm', {
      code: phoneWith(panel, String(body.key)).code(),
    });
    const links = [...text.matchAll(/<a\b[^>]*href="([^"]*)"[^>]*>([^<]*)</g)].map(([, href, name]) => [
      href,
      name?.trim(),
    ]);
    expect(links).to.have.length(1);
    expect(text).to.match(
      /<form method="post" action="\/two-step\/recovery-codes\/confirm">.*I have saved them/s,
    );
    const set = /name="set" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const gone = await alice.submit('/two-step/recovery-codes/confirm', { set, returnTo: '/danger' });
    expect([gone.status, gone.headers.location]).to.deep.equal([303, '/danger']);
    const file = decodeURIComponent(String(links[0]?.[0]).replace('data:text/plain;charset=utf-8,', ''));
    const day = new Date(panel.now).toISOString().slice(0, 10);
    expect(file).to.equal(
      ['Recovery codes – Acme Panel – alice', day, '', ...codesOf({ text }), ''].join('\r\n'),
    );
    expect(text).to.contain('download="acme-panel-alice-recovery-codes.txt"');
    expect(text).to.match(new RegExp(`<p class="paper">.*Acme Panel.*alice.*${day}`, 's'));
  });

  it('does not ask to start again who loads the page of the first recovery codes anew', async () => {
    const alice = await someone('setting-up');
    const { body } = await alice.get('/two-step/setup');
    const code = phoneWith(panel, String(body.key)).code();
    expect((await alice.submit('/two-step/setup/confirm', { code })).status).to.equal(200);
    const again = await alice.submit('/two-step/setup/confirm', { code });
    expect(summary(again)).to.equal('303 /two-step');
    const { text } = await alice.open('/two-step');
    expect(text).to.contain('Recovery codes are shown only once.').and.not.contain('role="alert"');
    expect(text).to.contain('If you did not save them, make new ones.');
  });

  it('tells the wait of a lock, as Retry-After and in words', async () => {
    const alice = await someone('pending');
    for (let i = 0; i < 5; i++) await alice.post('/two-step/verify', { code: phone.wrongCode() });
    const record = await panel.store.get('alice');
    const page = await alice.submit('/two-step/verify', { code: phone.code() });
    expect(page.status).to.equal(429);
    expect(page.headers['retry-after']).to.match(/^\d+$/);
    expect(alertOf(page)).to.match(
      /^Too many wrong codes\. Try again in \d+ seconds?, or use a recovery code\.$/,
    );
    expect(page.text).to.contain('<details open>');
    expect(await panel.store.get('alice')).to.equal(record);
  });

  it('tells by how many minutes the phone is off, on the form with the server’s time', async () => {
    const alice = await someone('setting-up');
    const { body } = await alice.get('/two-step/setup');
    phone = phoneWith(panel, String(body.key));
    for (const [minutes, words] of [
      [7, '7 minutes ahead of'],
      [-7, '7 minutes behind'],
    ] as const) {
      const page = await alice.submit('/two-step/setup/confirm', { code: phone.code(minutes * 2) });
      expect(page.status).to.equal(422);
      expect(alertOf(page)).to.contain(`the clock of your phone is ${words} the server’s`);
      const time = new Date(panel.now).toISOString();
      expect(page.text).to.contain(`datetime="${time}"`);
      expect(page.text).to.contain(`${time.slice(0, 19).replace('T', ' ')} UTC`);
      const answer = await alice.post('/two-step/setup/confirm', { code: phone.code(minutes * 2) });
      expect([answer.status, answer.body.code, answer.body.minutes]).to.deep.equal([
        422,
        'clock-skew',
        minutes,
      ]);
    }
    expect(await panel.store.get('alice')).to.equal(null);
  });

  it('shows the settings again, with the reason, when too many wrong codes ended a set-up', async () => {
    const alice = await someone('setting-up');
    const { body } = await alice.get('/two-step/setup');
    phone = phoneWith(panel, String(body.key));
    let page = await alice.submit('/two-step/setup/confirm', { code: phone.wrongCode() });
    for (let i = 1; i < 10; i++)
      page = await alice.submit('/two-step/setup/confirm', { code: phone.wrongCode() });
    expect(summary(page)).to.equal('401 Two-step authentication');
    expect(alertOf(page)).to.equal('The code is not right.');
    expect(page.text).to.contain('Enable two-step authentication');
    const late = await alice.submit('/two-step/setup/confirm', { code: phone.code() });
    expect(summary(late)).to.equal('409 Two-step authentication');
    expect(await panel.store.get('alice')).to.equal(null);
  });

  it('marks the field that was refused, and only that one', async () => {
    const alice = await someone('verified');
    for (const [path, id] of [
      ['/two-step/disable', 'code'],
      ['/two-step/recovery-codes', 'code-2'],
    ] as const) {
      const { text } = await alice.submit(path, { code: phone.wrongCode() });
      const refused = [...text.matchAll(/<input[^>]*aria-invalid="true"[^>]*>/g)].map(([input]) => input);
      expect(refused).to.have.length(1);
      expect(refused[0]).to.match(new RegExp(`id="${id}"`));
      expect(refused[0]).to.match(/aria-describedby="error"/);
    }
  });

  it('tells of the clock and of the wait at the field that they are about', async () => {
    const alice = new Client(panel);
    await alice.logInByForm();
    await alice.post('/two-step/setup');
    const { body } = await alice.get('/two-step/setup');
    phone = phoneWith(panel, String(body.key));
    const skewed = await alice.submit('/two-step/setup/confirm', { code: phone.code(14) });
    await alice.post('/two-step/setup/confirm', { code: phone.code() });
    const pending = new Client(panel);
    await pending.logInByForm();
    for (let i = 0; i < 5; i++) await pending.submit('/two-step/verify', { code: phone.wrongCode() });
    const locked = await pending.submit('/two-step/verify', { code: phone.code() });
    expect([skewed.status, locked.status]).to.deep.equal([422, 429]);
    for (const { text } of [skewed, locked]) {
      const [field] = /<input[^>]*id="code"[^>]*>/.exec(text) ?? [];
      expect(field)
        .to.match(/aria-describedby="error"/)
        .and.match(/aria-invalid="true"/);
    }
  });

  describe('negotiation', () => {
    const HTML = 'text/html; charset=utf-8';
    const JSON_TYPE = 'application/json; charset=utf-8';
    const TABLE: readonly (readonly [string, Record<string, string>, string])[] = [
      ['a browser that navigates', { ...NAVIGATES }, HTML],
      ['an old browser', { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' }, HTML],
      ['text/html in capitals', { accept: 'Text/HTML' }, HTML],
      ['no Accept', {}, JSON_TYPE],
      ['*/*', { accept: '*/*' }, JSON_TYPE],
      ['text/*', { accept: 'text/*' }, JSON_TYPE],
      ['text/htmlx', { accept: 'text/htmlx' }, JSON_TYPE],
      ['application/json', { accept: 'application/json' }, JSON_TYPE],
      ['fetch that says text/html', { accept: 'text/html', 'sec-fetch-mode': 'cors' }, JSON_TYPE],
      ['an image', { accept: 'text/html', 'sec-fetch-mode': 'no-cors' }, JSON_TYPE],
      ['a JSON body', { accept: 'text/html', 'content-type': 'application/json' }, JSON_TYPE],
      ['a body of a JSON kind', { accept: 'text/html', 'content-type': 'application/ld+json' }, JSON_TYPE],
    ];
    for (const [what, headers, type] of TABLE) {
      it(`answers ${what} with ${type}`, async () => {
        const alice = await someone('signed-in');
        const { status, headers: answered } = await alice.send('GET', '/two-step', headers);
        expect([status, answered['content-type']]).to.deep.equal([200, type]);
      });
    }
  });

  it('leaves methods and paths that are not ours to the application', async () => {
    const alice = await someone('verified');
    for (const [method, path] of [
      ['GET', '/two-step/disable'],
      ['GET', '/two-step/setup/confirm'],
      ['PUT', '/two-step/verify'],
      ['DELETE', '/two-step'],
      ['POST', '/two-step'],
      ['GET', '/two-step/impersonation'],
      ['POST', '/two-step/impersonation'],
      ['GET', '/two-step/nothing'],
    ] as const) {
      expect((await alice.send(method, path, NAVIGATES)).status, `${method} ${path}`).to.equal(404);
    }
  });

  it('refuses other sites with a page of its own, whatever they send', async () => {
    const alice = await someone('verified');
    const record = await panel.store.get('alice');
    for (const site of ['cross-site', 'same-site']) {
      const page = await alice.submit(
        '/two-step/disable',
        { code: phone.nextCode() },
        { 'sec-fetch-site': site },
      );
      expect(summary(page)).to.equal('403 This did not work');
      expectSafe(page);
    }
    expect(await panel.store.get('alice')).to.equal(record);
  });
});

function summary({ status, headers, text, body }: Answer): string {
  const { location } = headers;
  const title = /<h1>([^<]*)<\/h1>/.exec(text)?.[1];
  return `${status} ${String(location ?? title ?? body.code ?? body.state ?? body.account)}`;
}

function expectSafe({ headers, text }: Answer): void {
  expect(headers['cache-control']).to.equal('no-store');
  expect(headers.vary).to.match(/(^|, )Cookie$/);
  expect(headers.etag).to.equal(undefined);
  expect(headers['last-modified']).to.equal(undefined);
  expect(headers['x-frame-options']).to.equal('DENY');
  expect(headers['x-content-type-options']).to.equal('nosniff');
  expect(headers['referrer-policy']).to.equal('same-origin');
  const policy = String(headers['content-security-policy']);
  expect(policy).to.match(/^default-src 'none'; (.*; )?frame-ancestors 'none'$/);
  expect(policy).to.not.match(/unsafe|\*|data:|https?:/);
  expect(text).to.not.match(/\s(src|action|href)="(https?:)?\/\//);
  expect(text).to.not.match(/\son[a-z]+=|\sstyle=/);
}

function expectSameHeaders(head: Answer, got: Answer): void {
  expect(head.text).to.equal('');
  expect(head.status).to.equal(got.status);
  for (const name of ['content-type', 'cache-control', 'content-security-policy', 'location', 'vary']) {
    expect(head.headers[name], name).to.equal(got.headers[name]);
  }
}

function alertOf({ text }: Answer): string {
  return /role="alert"[^>]*>.*?<span>(.*?)<\/span>/s.exec(text)?.[1] ?? '';
}

function codesOf({ text }: { readonly text: string }): string[] {
  return [...text.matchAll(/<li>((?:[0-9A-Z]{4}-){5}[0-9A-Z]{4})<\/li>/g)].map(([, code]) => code ?? '');
}
