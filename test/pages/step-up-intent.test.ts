import { expect } from 'chai';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { startLevelPanel, whoIs } from '../support/level-panel.js';
import type { LevelPanel } from '../support/level-panel.js';
import { enroll } from '../support/people.js';
import type { Phone } from '../support/people.js';

const LEVELS = ['root', 'admin', 'user'];

/** The hidden fields of the first form of a page. */
const hiddenOf = ({ text }: Answer): Record<string, string> => {
  const [form = ''] = /<form method="post" action="\/two-step\/step-up">.*?<\/form>/s.exec(text) ?? [];
  const fields = form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return Object.fromEntries(Array.from(fields, ([, name = '', value = '']) => [name, value]));
};

describe('what was wanted when a fresh code was asked for', () => {
  let panel: LevelPanel;
  let root: Client;
  let phone: Phone;

  beforeEach(async () => {
    panel = await startLevelPanel({ levels: LEVELS });
    root = new Client(panel);
    phone = await enroll(panel, 'root', root);
    panel.now += 3_600_000;
  });
  afterEach(() => panel.close());

  const actAs = (account: string): Promise<Answer> =>
    root.submit('/two-step/impersonation', { account }, root.from('/staff?page=2'));

  it('is to act as an account: it is named, and done after the code', async () => {
    const asked = await actAs('bob');
    expect(asked.status).to.equal(200);
    expect(asked.text).to.contain('Right after it you are logged in as \u2068bob\u2069.');
    const wrong = await root.submit('/two-step/step-up', { ...hiddenOf(asked), code: phone.wrongCode() });
    expect(wrong.status).to.equal(401);
    expect(wrong.text).to.contain('logged in as \u2068bob\u2069');
    expect(await whoIs(root)).to.deep.equal(['root']);
    const right = await root.submit('/two-step/step-up', { ...hiddenOf(wrong), code: phone.nextCode() });
    expect([right.status, right.location]).to.deep.equal([303, '/']);
    expect(await whoIs(root)).to.deep.equal(['root', 'bob']);
    expect(panel.told()).to.include.members(['stepped-up', 'impersonation-entered']);
    const left = await root.submit('/two-step/impersonation/leave', { from: 'bob' });
    expect([left.status, left.location]).to.deep.equal([303, '/staff?page=2']);
  });

  it('is to set up a new phone: the set-up begins after the code', async () => {
    const asked = await root.submit('/two-step/setup', { add: 'on', name: 'Work' });
    expect(asked.text).to.contain('The set-up begins right after it.');
    const right = await root.submit('/two-step/step-up', { ...hiddenOf(asked), code: phone.nextCode() });
    expect([right.status, right.location]).to.deep.equal([303, '/two-step/setup']);
    const { body } = await root.get('/two-step/setup');
    expect(body.account).to.equal('root (Work)');
    expect(decodeURIComponent(String(body.uri))).to.contain('Levels:root (Work)?');
  });

  it('is done by all the rules: what may not be done is refused after the code as before it', async () => {
    const asked = await actAs('bob');
    await enroll(panel, 'bob');
    const refused = await root.submit('/two-step/step-up', { ...hiddenOf(asked), code: phone.nextCode() });
    expect(refused.status).to.equal(403);
    expect(refused.text).to.contain('You cannot log in as \u2068bob\u2069 from here.');
    expect(await whoIs(root)).to.deep.equal(['root']);
    const planted = { then: 'impersonation', account: 'root', cameFrom: '//evil.example' };
    const up = await root.submit('/two-step/step-up', { ...planted, code: phone.nextCode() });
    expect(up.status).to.equal(403);
    expect(up.text).to.not.contain('evil.example');
  });

  it('is not done where another site sends the form, and no code is spent (C1)', async () => {
    const fields = { then: 'impersonation', account: 'bob', code: phone.nextCode() };
    const { status } = await root.submit('/two-step/step-up', fields, { 'sec-fetch-site': 'cross-site' });
    expect(status).to.equal(403);
    expect(await whoIs(root)).to.deep.equal(['root']);
    const { location } = await root.submit('/two-step/step-up', { code: phone.code() });
    expect(location).to.equal('/');
  });

  it('is forgotten by programs: they are told to step up, and ask again', async () => {
    const { status, body } = await root.post('/two-step/impersonation', { account: 'bob' });
    expect([status, body.code, body.location]).to.deep.equal([401, 'step-up-required', '/two-step/step-up']);
    const more = { then: 'impersonation', account: 'bob' };
    await root.post('/two-step/step-up', { ...more, code: phone.nextCode() });
    expect(await whoIs(root)).to.deep.equal(['root']);
  });
});

describe('"Log in" that is refused', () => {
  let panel: LevelPanel;
  afterEach(() => panel.close());

  it('names the account and the way in, and leads back to the list', async () => {
    panel = await startLevelPanel({ levels: LEVELS });
    await enroll(panel, 'admin');
    const root = new Client(panel);
    await root.login('root');
    const { status, text } = await root.submit(
      '/two-step/impersonation',
      { account: 'admin' },
      root.from('/staff'),
    );
    expect(status).to.equal(403);
    expect(text).to.contain(
      'log in as \u2068admin\u2069 from here. This account uses two-step authentication. Only its own login, password and',
    );
    expect(text).to.match(
      /<a class="button" href="\/staff">Back<\/a>\s*<a class="button quiet" href="\/login">Sign in as/,
    );
    const elsewhere = await root.submit(
      '/two-step/impersonation',
      { account: 'admin' },
      {
        referer: 'https://evil.example/staff',
        'sec-fetch-site': 'none',
      },
    );
    expect(elsewhere.text).to.not.contain('evil.example').and.not.contain('href="/staff"');
  });

  it('names nobody whom the one who asks could not act as anyway', async () => {
    panel = await startLevelPanel({ levels: LEVELS, canActAs: (_actor, { id }) => id !== 'alice' });
    for (const id of ['alice', 'admin2', 'root']) await enroll(panel, id);
    const admin = new Client(panel);
    await admin.login('admin');
    for (const account of ['alice', 'admin2', 'root', 'lost', 'nobody']) {
      const { text, status } = await admin.submit(
        '/two-step/impersonation',
        { account },
        admin.from('/staff'),
      );
      expect(status, account).to.equal(403);
      expect(text, account).to.not.contain(`\u2068${account}\u2069`);
    }
  });

  it('leads back to each page from which somebody went further down', async () => {
    panel = await startLevelPanel({ levels: LEVELS });
    const root = new Client(panel);
    await root.login('root');
    await root.submit('/two-step/impersonation', { account: 'admin' }, root.from('/staff'));
    await root.submit('/two-step/impersonation', { account: 'bob' }, root.from('/clients'));
    const first = await root.post('/two-step/impersonation/leave', { from: 'bob' });
    expect(first.body.returnTo).to.equal('/clients');
    const second = await root.submit('/two-step/impersonation/leave', { from: 'admin' });
    expect(second.location).to.equal('/staff');
    expect(await whoIs(root)).to.deep.equal(['root']);
  });
});
