import { expect } from 'chai';
import type { Client } from '../support/client.js';
import { FROM_ANOTHER_SITE, attack } from '../support/attack.js';
import { enrolled } from '../support/people.js';

const ROUTES = [
  'setup',
  'setup/confirm',
  'setup/cancel',
  'disable',
  'recovery-codes',
  'step-up',
  'cancel',
  'authenticators/remove',
  'browsers/revoke',
];
const SITES: Record<string, Record<string, string>> = {
  'another site': FROM_ANOTHER_SITE,
  'a sibling subdomain': { 'sec-fetch-site': 'same-site', origin: 'http://customer.localhost' },
  'a sandboxed frame': { origin: 'null' },
  'another port': { origin: 'http://127.0.0.1:1' },
  'a browser without Sec-Fetch-Site': { origin: 'https://evil.example' },
};

attack(
  'D12: enable, disable, regenerate and revoke from another site (on %s)',
  (panel) => {
    async function send(
      client: Client,
      path: string,
      headers: Record<string, string>,
      fields: Record<string, string>,
    ): Promise<number[]> {
      const form = String(new URLSearchParams(fields));
      const bodies = [
        ['application/x-www-form-urlencoded', form],
        ['text/plain', JSON.stringify(fields)],
        ['application/json', JSON.stringify(fields)],
        [
          'multipart/form-data; boundary=x',
          `--x\r\nContent-Disposition: form-data; name="code"\r\n\r\n--x--`,
        ],
      ] as const;
      const answers = bodies.map(([type, body]) =>
        client.peek('POST', path, { ...headers, 'content-type': type }, body),
      );
      return (await Promise.all(answers)).map(({ status }) => status);
    }

    for (const [site, headers] of Object.entries(SITES)) {
      it(`changes nothing for a form of ${site}, with the right code in it`, async () => {
        const { client, phone } = await enrolled(panel(), 'alice');
        const before = await panel().record('alice');
        const code = phone.nextCode();
        for (const route of ROUTES) {
          const statuses = await send(client, `/two-step/${route}`, headers, { code, all: 'true' });
          expect(statuses, route).to.deep.equal([403, 403, 403, 403]);
        }
        expect(await panel().record('alice')).to.equal(before);
        expect((await client.post('/two-step/step-up', { code })).status, 'the code is not spent').to.equal(
          200,
        );
        const refused = panel()
          .events()
          .filter(({ name }) => name === 'cross-site-refused');
        expect(refused).to.have.length(ROUTES.length * 4);
      });
    }

    it('changes nothing by GET', async () => {
      const { client, phone } = await enrolled(panel(), 'alice');
      const before = await panel().record('alice');
      for (const route of ROUTES) {
        const query = `code=${phone.nextCode()}&all=true`;
        await client.peek('GET', `/two-step/${route}?${query}`, FROM_ANOTHER_SITE);
        await client.get(`/two-step/${route}?${query}&_method=POST`, { 'x-http-method-override': 'POST' });
      }
      expect(await panel().record('alice')).to.equal(before);
      expect((await client.get('/api/secret')).status).to.equal(200);
    });
  },
  { PANEL_REMEMBER_BROWSERS: '30' },
);
