import { expect } from 'chai';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { enroll } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import { minutesOf } from '../support/sessions.js';
import type { Panel } from '../support/panel.js';

const HTML = { accept: 'text/html' };
const DAY = 86_400_000;
/** How far the browser's clock is ahead. */
const AHEAD = 20 * 60_000;

/** Cookies that a browser whose clock is ahead would drop at once (RFC 6265 §5.3: Max-Age before Expires). */
function dropped({ headers }: Answer): string[] {
  return (headers['set-cookie'] ?? []).filter((line) => {
    const maxAge = /; *max-age=(-?\d+)/i.exec(line)?.[1];
    const expires = /; *expires=([^;]*)/i.exec(line)?.[1];
    if (maxAge !== undefined) return Number(maxAge) <= 0 && !/^[^=]+=;/.test(line);
    return expires !== undefined && Date.parse(expires) <= Date.now() + AHEAD;
  });
}

describe('a browser whose clock is 20 minutes ahead', () => {
  afterEach(stopPanels);

  const start = (cookie: object): Promise<Panel> =>
    startPanel({
      options: { rememberBrowsers: { days: 30 } },
      session: { cookie },
      routes({ app }) {
        // Writes to the session, as every protection by tokens does.
        app.get('/login', (req, res) => res.json(Object.assign(req.session, { csrf: 'token' })));
      },
    });

  for (const cookie of [{}, { maxAge: DAY }]) {
    it(`keeps every cookie from the guard to the last step (${JSON.stringify(cookie)})`, async () => {
      const panel = await start(cookie);
      const phone = await enroll(panel);
      const client = new Client(panel);
      const answers = [
        await client.get('/secret', HTML),
        await client.get('/login', HTML),
        await client.login('alice'),
        await client.post('/two-step/verify', { code: 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA' }),
        await client.get('/secret', HTML),
        await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true }),
      ];
      expect(answers.flatMap(dropped)).to.deep.equal([]);
      expect(answers.at(-1)?.body).to.deep.equal({ state: 'verified', returnTo: '/secret' });
      expect(answers.at(-1)?.headers['set-cookie']).to.have.length(3);
      expect(await client.me()).to.equal('alice');
    });
  }

  it('leaves what the application does to its cookie as it is', async () => {
    const panel = await start({ maxAge: DAY });
    const stranger = new Client(panel);
    const answer = await stranger.get('/login');
    expect(minutesOf(await panel.stored(stranger))).to.equal(DAY / 60_000);
    const expires = Date.parse(/Expires=([^;]*)/.exec(String(answer.headers['set-cookie']))?.[1] ?? '');
    expect(expires - Date.now()).to.be.within(DAY - 60_000, DAY);
  });
});
