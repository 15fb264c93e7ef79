import { expect } from 'chai';
import { Secret, TOTP, URI } from 'otpauth';
import { Client } from '../support/client.js';
import { attack } from '../support/attack.js';

const NAMES = [
  'a:b',
  'eve?secret=AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH',
  'eve&secret=AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH&issuer=Bank',
  'eve#frag',
  'eve%26secret%3DAAAA',
  'two\nlines',
  'right\u202Eto left',
  'a\u200Fb',
  '<script>alert(1)</script>',
  '../../x',
  'x'.repeat(300),
  'y'.repeat(2048),
];

attack('D20: a hostile login bends the URI of the QR code (on %s)', (panel) => {
  it('brings exactly our secret, our issuer and the whole name', async () => {
    for (const name of NAMES) {
      panel().database.exec(`UPDATE users SET login = '${name}' WHERE id = 'alice'`);
      const client = new Client(panel());
      expect((await client.login(name, 'alice-password')).status, name).to.equal(200);
      const { status, body } = await client.post('/two-step/setup');
      expect(status).to.equal(200);
      const query = new URL(String(body.uri)).searchParams;
      expect(query.getAll('secret'), name).to.deep.equal([body.key]);
      expect(query.getAll('issuer')).to.deep.equal(['Acme Panel']);
      const label = decodeURIComponent(/^otpauth:\/\/totp\/([^?#]*)\?/.exec(String(body.uri))?.[1] ?? '');
      expect(label).to.equal(`Acme Panel:${name}`);
      const scanned = URI.parse(String(body.uri)) as TOTP;
      expect(scanned.label).to.equal(name);
      expect(scanned.issuer).to.equal('Acme Panel');
      const timestamp = panel().now;
      const typed = new TOTP({ secret: Secret.fromBase32(String(body.key)) });
      expect(scanned.generate({ timestamp })).to.equal(typed.generate({ timestamp }));
      const page = await client.open('/two-step/setup');
      expect(page.status, name).to.equal(200);
      expect(page.text).to.contain('<svg').and.not.to.contain('<script>alert(1)');
    }
  });
});
