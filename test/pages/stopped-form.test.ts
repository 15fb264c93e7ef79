import { expect } from 'chai';
import { requireNotImpersonating, requireSecondFactor } from 'passport-second-factor';
import type { Page, SecondFactorOptions } from 'passport-second-factor';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { stopPanels } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import { enrolled, phoneWith } from '../support/people.js';
import { startPagePanel } from '../support/page-panel.js';
import type { Phone } from '../support/people.js';

const NOT_DONE = 'What you sent has not been carried out. Do it again after this step.';
const NOT_WHILE_ACTING = 'because you are acting as somebody else';
const FORM_NEEDS = 'What you sent needs two-step authentication and has not been carried out.';
const PAGE_NEEDS = 'The page you wanted needs two-step authentication.';

describe('a form of the application that a guard stops', () => {
  let panel: Panel;
  let alice: Client;
  let phone: Phone;
  let done: number;

  beforeEach(() => start());
  afterEach(stopPanels);

  async function start(options: Partial<SecondFactorOptions<User>> = {}): Promise<void> {
    done = 0;
    panel = await startPagePanel(options, {
      routes({ app }) {
        app.get('/items/7/edit', (_req, res) => res.send('the form'));
        app.post('/items/7', requireSecondFactor({ maxAge: 300 }), (_req, res) => {
          done++;
          res.redirect(303, '/items');
        });
        app.post('/password', requireNotImpersonating(), (_req, res) => {
          done++;
          res.redirect(303, '/items');
        });
      },
    });
    alice = new Client(panel);
    ({ phone } = await enrolled(panel, 'alice', alice));
  }

  /** Sends the form from its page, as a browser does. */
  const sendForm = (visitor: Client, headers: Record<string, string> = {}): Promise<Answer> =>
    visitor.submit('/items/7', {}, { referer: `${panel.url}/items/7/edit?tab=2`, ...headers });
  const isLater = (): unknown => (panel.now += 301_000);

  it('was not carried out, which the step-up page says before it leads back to the form', async () => {
    isLater();
    expect((await sendForm(alice)).headers.location).to.equal('/two-step/step-up');
    expect((await alice.open('/two-step/step-up')).text).to.contain(NOT_DONE);
    const wrong = await alice.submit('/two-step/step-up', { code: phone.wrongCode() });
    expect(wrong.text).to.contain(NOT_DONE);
    expect(wrong.text, 'with the field where typing begins').to.match(/aria-describedby="error not-done"/);
    expect(wrong.text).to.match(/<p [^>]*id="not-done">/);
    const right = await alice.submit('/two-step/step-up', { code: phone.nextCode() });
    expect([right.status, right.headers.location]).to.deep.equal([303, '/items/7/edit?tab=2']);
    expect(done).to.equal(0);
    expect((await sendForm(alice)).headers.location).to.equal('/items');
    expect(done).to.equal(1);
    expect((await alice.open('/two-step/step-up')).text, 'a fresh proof of its own').to.not.contain(NOT_DONE);
  });

  it('is told of at the code form to a stranger, and to a sign-in that waits', async () => {
    const stranger = new Client(panel);
    expect((await sendForm(stranger)).headers.location).to.equal('/login');
    const waiting = new Client(panel);
    await waiting.logInByForm();
    expect((await sendForm(waiting)).headers.location).to.equal('/two-step/verify');
    await stranger.logInByForm();
    for (const visitor of [stranger, waiting]) {
      expect((await visitor.open('/two-step/verify')).text).to.contain(NOT_DONE);
      const { headers } = await visitor.submit('/two-step/verify', { code: phone.nextCode() });
      expect(headers.location).to.equal('/items/7/edit?tab=2');
    }
  });

  it('is forgotten where a page is stopped later', async () => {
    const stranger = new Client(panel);
    await sendForm(stranger);
    await stranger.open('/danger');
    await stranger.logInByForm();
    expect((await stranger.open('/two-step/verify')).text).to.not.contain(NOT_DONE);
    isLater();
    await sendForm(alice);
    await alice.open('/danger');
    expect((await alice.open('/two-step/step-up')).text).to.not.contain(NOT_DONE);
  });

  it('is not forgotten for a page that the browser only loads ahead, which is refused, so that a click asks anew', async () => {
    isLater();
    await sendForm(alice);
    for (const purpose of ['prefetch', 'prefetch;prerender', 'prefetch;anonymous-client-ip']) {
      const ahead = await alice.open('/danger', { 'sec-purpose': purpose });
      expect([ahead.status, ahead.headers.location, ahead.headers['set-cookie']], purpose).to.deep.equal([
        401,
        undefined,
        undefined,
      ]);
    }
    const byFetch = { accept: 'text/html', 'sec-fetch-mode': 'cors' };
    const turbo = { ...byFetch, 'x-turbo-request-id': '1', 'x-sec-purpose': 'prefetch' };
    const htmx = { ...byFetch, 'hx-request': 'true', 'hx-boosted': 'true', 'hx-preloaded': 'true' };
    for (const script of [turbo, htmx]) {
      const ahead = await alice.open('/danger', script);
      expect([ahead.status, ahead.headers['set-cookie']]).to.deep.equal([401, undefined]);
    }
    const { headers } = await alice.submit('/two-step/step-up', { code: phone.nextCode() });
    expect(headers.location).to.equal('/items/7/edit?tab=2');
  });

  it('leads home where the browser does not say which page it stands on, or that of another site', async () => {
    isLater();
    const older = { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' };
    for (const referer of ['', 'about:client', 'https://evil.example/items', 'http://127.0.0.1:1/x']) {
      await alice.open('/danger');
      await alice.send('POST', '/items/7', { ...older, referer }, '');
      expect((await alice.open('/two-step/step-up')).text).to.contain(NOT_DONE);
      const { headers } = await alice.submit('/two-step/step-up', { code: phone.nextCode() });
      expect(headers.location, referer).to.equal('/');
      isLater();
    }
  });

  it('leads nowhere else and tells nothing where another site sent it', async () => {
    isLater();
    await alice.open('/danger?mine');
    const from = {
      origin: 'https://evil.example',
      referer: `${panel.url}/evil`,
      'sec-fetch-site': 'cross-site',
    };
    await sendForm(alice, from);
    expect((await alice.open('/two-step/step-up')).text).to.not.contain(NOT_DONE);
    const { headers } = await alice.submit('/two-step/step-up', { code: phone.nextCode() });
    expect(headers.location).to.equal('/danger?mine');
  });

  it('leads to no page that a hostile address makes of it', async () => {
    for (const path of ['//e.com', '/%2f%2fe.com', '/%5Ce.com']) {
      isLater();
      await sendForm(alice, { referer: panel.url + path });
      const { headers } = await alice.submit('/two-step/step-up', { code: phone.nextCode() });
      expect(headers.location, path).to.equal('/');
    }
  });

  it('is told by no query string', async () => {
    isLater();
    await alice.open('/danger');
    const page = await alice.open('/two-step/step-up?stopped=form&notDone=true&neededFor=form');
    expect(page.text).to.not.contain(NOT_DONE);
    const bob = new Client(panel);
    await bob.logInByForm('bob');
    expect((await bob.open('/two-step?stopped=form&neededFor=page')).text).to.not.match(
      /wanted needs|sent needs/,
    );
  });

  it('sends an account without a factor to the settings, which say why, once', async () => {
    for (const [stop, told, back] of [
      [(bob: Client) => sendForm(bob), FORM_NEEDS, '/items/7/edit?tab=2'],
      [(bob: Client) => bob.open('/danger?x'), PAGE_NEEDS, '/danger?x'],
    ] as const) {
      await stopPanels();
      await start();
      const bob = new Client(panel);
      await bob.logInByForm('bob');
      expect((await stop(bob)).headers.location).to.equal('/two-step');
      expect((await bob.open('/two-step', { 'accept-language': 'ru' })).text).to.match(
        /нужна двухэтапная аутентификация/,
      );
      expect((await bob.open('/two-step')).text).to.not.contain(told);
      await stop(bob);
      expect((await bob.open('/two-step')).text).to.contain(told);
      const { body } = await bob.post('/two-step/setup');
      const confirmed = await bob.post('/two-step/setup/confirm', { code: codeOf(body.key) });
      expect(confirmed.body.returnTo).to.equal(back);
    }
  });

  it('is told of to who acts as somebody else, once, and leads nowhere', async () => {
    await stopPanels();
    await start({
      impersonation: { levels: ['root', 'user'] },
      account: ({ id, login, passwordChangedAt }) => {
        const level = login === 'alice' ? 'root' : 'user';
        return { id, name: login, level, securityStamp: passwordChangedAt };
      },
    });
    await alice.actAs('bob');
    const send = (headers = {}): Promise<Answer> => alice.submit('/password', {}, headers);
    expect((await send({ 'sec-fetch-site': 'cross-site' })).headers.location).to.equal('/two-step');
    expect((await alice.open('/two-step')).text, 'of another site').to.not.contain(NOT_WHILE_ACTING);
    expect((await send()).headers.location).to.equal('/two-step');
    expect((await alice.open('/two-step')).text).to.contain(NOT_WHILE_ACTING);
    expect((await alice.open('/two-step')).text, 'once').to.not.contain(NOT_WHILE_ACTING);
    await send();
    expect((await alice.submit('/two-step/impersonation/leave', {})).headers.location).to.equal('/');
    expect((await alice.open('/two-step')).text, 'as who they are').to.not.match(/not been carried out/);
    expect(done).to.equal(0);
  });

  it('is told of by the model to own views, and in Russian by ours', async () => {
    isLater();
    await sendForm(alice);
    const russian = await alice.open('/two-step/step-up', { 'accept-language': 'ru' });
    expect(russian.text).to.contain('То, что вы отправили, не выполнено.');

    await stopPanels();
    const pages: Page[] = [];
    await start({ render: (_req, res, page) => (pages.push(page), void res.end('ours')) });
    isLater();
    const bob = new Client(panel);
    await bob.logInByForm('bob');
    for (const visitor of [alice, bob]) await sendForm(visitor);
    await alice.open('/two-step/step-up');
    await bob.open('/two-step');
    await bob.open('/two-step');
    expect(
      pages.map(({ model }) =>
        'neededFor' in model ? model.neededFor : 'notDone' in model && model.notDone,
      ),
    ).to.deep.equal([true, 'form', null]);
  });

  it('is a problem document for a program, as ever, and remembers nothing', async () => {
    isLater();
    const { body } = await alice.post('/items/7', {}, { referer: `${panel.url}/items/7/edit` });
    expect(body).to.have.all.keys('type', 'title', 'status', 'code', 'location', 'maxAge');
    const { headers } = await alice.submit('/two-step/step-up', { code: phone.nextCode() });
    expect(headers.location).to.equal('/');
  });

  it('is told of where a policy first wants a factor', async () => {
    await stopPanels();
    await start({ policy: ({ id }) => (id === 'bob' ? 'required' : 'optional') });
    const bob = new Client(panel);
    await sendForm(bob);
    await bob.logInByForm('bob');
    expect((await bob.open('/two-step/setup')).text).to.contain(NOT_DONE);
  });

  it('is told of where it was a button of our own settings', async () => {
    panel.now += 901_000;
    expect((await alice.submit('/two-step/authenticators/remove', { id: 'a' })).headers.location).to.equal(
      '/two-step/step-up',
    );
    expect((await alice.open('/two-step/step-up')).text).to.contain(NOT_DONE);
    const { headers } = await alice.submit('/two-step/step-up', { code: phone.nextCode() });
    expect(headers.location).to.equal('/two-step');
  });

  it('leads back to the page around it, where a script asked for a part of one', async () => {
    isLater();
    const fetched = {
      accept: '*/*',
      'sec-fetch-mode': 'cors',
      'hx-request': 'true',
      referer: `${panel.url}/list`,
    };
    const { status, headers } = await alice.open('/danger/rows', fetched);
    expect([status, headers['hx-redirect']]).to.deep.equal([200, '/two-step/step-up']);
    expect((await alice.open('/two-step/step-up')).text).to.not.contain(NOT_DONE);
    expect((await alice.submit('/two-step/step-up', { code: phone.nextCode() })).headers.location).to.equal(
      '/list',
    );
  });

  it('is JSON for another site that says it is such a script, and cannot be posted by it', async () => {
    isLater();
    const foreign = { 'hx-request': 'true', 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'cross-site' };
    for (const answer of [
      await alice.open('/two-step', foreign),
      await alice.open('/danger', foreign),
      await alice.submit('/two-step/setup', {}, foreign),
    ]) {
      expect(answer.headers['content-type']).to.match(/json/);
      expect(answer.headers).to.not.have.any.keys('hx-redirect', 'access-control-allow-origin');
    }
    expect((await alice.submit('/two-step/setup', {}, foreign)).body.code).to.equal('cross-site');
  });

  const codeOf = (key: unknown): string => phoneWith(panel, String(key)).code();
});
