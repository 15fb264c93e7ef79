import { expect } from 'chai';
import { TOTP, URI } from 'otpauth';
import { Client } from '../support/client.js';
import { stopPanels, user } from '../support/panel.js';
import { enrolled } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';

const NAMES: readonly (readonly [string, string])[] = [
  ['a script', '<script>alert(1)</script>'],
  ['quotes', `a" onfocus="x' autofocus=`],
  ['an entity', '&lt;&amp;&#39;'],
  ['the end of the style', '</style></title></textarea><img src=x onerror=y>'],
  ['a line break', 'a\r\nSet-Cookie: b=c'],
  ['a mark that turns the text around', 'a\u202Ebcd\u2066'],
  ['a template', '${process.env} {{7*7}} $& $1'],
  ['2 KB', 'x'.repeat(2048)],
];

describe('names that are hostile', () => {
  afterEach(stopPanels);

  for (const [what, name] of NAMES) {
    it(`shows an account whose name is ${what} as a text`, async () => {
      const panel = await startPagePanel({ issuer: 'Acme' }, { users: [user(name, 'alice')] });
      const visitor = new Client(panel);
      await visitor.submit('/login', { username: name, password: 'password' });
      const { body } = await visitor.post('/two-step/setup');
      const pages = [await visitor.open('/two-step'), await visitor.open('/two-step/setup')];
      for (const { status, text } of pages) {
        expect(status).to.equal(200);
        expect(text).to.contain(`<bdi>${escaped(name)}</bdi>`);
        expectNothingBent(text, name);
      }
      const uri = URI.parse(String(body.uri));
      expect(uri).to.be.instanceOf(TOTP);
      expect([uri.label, uri.issuer, (uri as TOTP).secret.base32]).to.deep.equal([name, 'Acme', body.key]);

      const code = (uri as TOTP).generate({ timestamp: panel.now });
      const { status, text } = await visitor.submit('/two-step/setup/confirm', { code });
      expect(status).to.equal(200);
      expectNothingBent(text, name);
      const file = (/href="data:text\/plain;charset=utf-8,([^"]*)"/.exec(text)?.[1] ?? '').replaceAll(
        '&#39;',
        "'",
      );
      expect(file).to.match(/^[\w.~%!*'()-]+$/);
      expect(decodeURIComponent(file)).to.contain(` – ${name}\r\n`);
    });

    it(`sends a form field whose value is ${what} as it is`, async () => {
      const panel = await startPagePanel({ formFields: () => ({ [name]: name, token: name }) });
      const visitor = new Client(panel);
      const { phone } = await enrolled(panel, 'alice', visitor);
      for (const page of [
        await visitor.open('/two-step'),
        await visitor.open('/two-step/step-up'),
        await visitor.submit('/two-step/disable', { code: phone.wrongCode() }),
      ]) {
        const forms = [...page.text.matchAll(/<form\b.*?<\/form>/gs)].map(([form]) => form);
        expect(forms).to.not.be.empty;
        for (const form of forms) {
          expect(form).to.contain(`<input type="hidden" name="token" value="${escaped(name)}" />`);
          expect(form).to.contain(`name="${escaped(name)}" value="${escaped(name)}" />`);
        }
        expectNothingBent(page.text, name);
      }
    });
  }

  it('shows an issuer as a text, and asks for one without a colon or a line break', async () => {
    const issuer = '<b>"Acme" & \'Sons\'</b>\u202E';
    const panel = await startPagePanel({ issuer });
    const visitor = new Client(panel);
    await visitor.logInByForm();
    await visitor.post('/two-step/setup');
    for (const path of ['/two-step', '/two-step/setup']) {
      const { text } = await visitor.open(path);
      expect(text).to.contain(`<bdi>${escaped(issuer)}</bdi></header>`);
      expect(text).to.not.contain('<b>');
    }
    const refusal = await startPagePanel({ issuer: 'a\nb' }).catch((error: unknown) => error);
    expect(refusal).to.include({ code: 'option-invalid' });
  });

  it('names the panel by account where the issuer goes by account, and not before somebody is known', async () => {
    const panel = await startPagePanel({ issuer: ({ id, name }) => `Panel of ${name} ${id}` });
    const visitor = new Client(panel);
    await enrolled(panel, 'alice', visitor);
    expect((await visitor.open('/two-step')).text).to.contain('<bdi>Panel of alice alice</bdi>');
    const pending = new Client(panel);
    await pending.logInByForm();
    const { status, text } = await pending.open('/two-step/verify');
    expect(status).to.equal(200);
    expect(text, 'I2').to.not.contain('alice');
  });
});

function expectNothingBent(text: string, name: string): void {
  expect(text.match(/<script>/g)?.length ?? 0).to.be.at.most(2);
  expect(text).to.not.match(/<img|onerror=y>|<b>|\sautofocus=\s/);
  if (/[<"]/.test(name)) expect(text).to.not.contain(name);
}

function escaped(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
