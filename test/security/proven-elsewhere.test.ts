import { expect } from 'chai';
import type { Request, RequestHandler } from 'express';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { burst, enroll, said, tally } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import { signOn, signedOn, singleSignOn, vouchAsAsked } from '../support/single-sign-on.js';

const DAY = 86_400;

describe('M13: what was proved elsewhere', () => {
  afterEach(stopPanels);

  /** A panel where both have a second factor, and whose routes attackers may call as they like. */
  async function started(routes: (panel: Panel) => void = () => undefined): Promise<Panel> {
    const panel = await startPanel({
      routes(made) {
        singleSignOn()(made);
        routes(made);
      },
    });
    for (const login of ['alice', 'bob']) await enroll(panel, login);
    return panel;
  }

  async function isParked(client: Client, answer: Answer, what?: string): Promise<void> {
    expect(said(answer), what).to.equal('code-required');
    expect(await client.me(), what).to.equal(null);
    expect((await client.get('/secret')).status, what).to.equal(401);
  }

  it('is not read from options, even where the application fills them from the query string', async () => {
    const panel = await started(({ app, passport }) => {
      app.post('/spread', (req, res, next) => {
        const authenticate = passport.authenticate('local', (error: unknown, found: User | false) => {
          const options = { ...req.query, ...(req.body as object) } as never;
          if (error || !found) next(error ?? new Error('wrong password'));
          else req.logIn(found, options, (failed) => (failed ? next(failed) : res.json({})));
        }) as RequestHandler;
        authenticate(req, res, next);
      });
    });
    const at = new Date(panel.now).toISOString();
    for (const query of [
      `provenElsewhere[at]=${at}`,
      `elsewhere[at]=${String(panel.now)}&elsewhere[phishingResistant]=true`,
      `vouched[at]=${at}&amr=mfa&verifiedAt=${String(panel.now)}`,
      `proof[at]=${at}&state=verified&factorAt=${String(panel.now)}`,
      `mark[state]=verified&goesOn=true&method=security-key`,
      `secondFactor=proven-elsewhere`,
    ]) {
      const client = new Client(panel);
      const path = `/spread?username=alice&password=password&${query}`;
      const answer = await client.post(path);
      const refusal = query.startsWith('secondFactor') ? 'option-invalid' : 'code-required';
      expect(said(answer), query).to.equal(refusal);
      expect(await client.me(), query).to.equal(null);
    }
  });

  it('is not read from what a session, a cookie or a body says', async () => {
    const panel = await started(({ app }) => {
      app.post('/preferences', (req, res) => {
        Object.assign(req.session, { elsewhere: { at: panel.now }, vouched: { at: panel.now } });
        res.json({});
      });
    });
    const client = new Client(panel);
    await client.post('/preferences');
    client.cookies.set('proven-elsewhere', String(panel.now));
    const body = {
      username: 'alice',
      password: 'password',
      provenElsewhere: { at: panel.now },
      amr: ['mfa'],
    };
    await isParked(client, await client.post('/login', body));
  });

  it('counts for no other account', async () => {
    const panel = await started();
    const { client, answer } = await signedOn(panel, { login: 'alice', vouchFor: 'bob' });
    await isParked(client, answer);
    // Not even for who is there already, and then signs in as somebody else.
    const own = await signedOn(panel, { login: 'bob' });
    await isParked(own.client, await signOn(own.client, { login: 'alice', vouchFor: 'bob' }));
  });

  it('counts once in a request, whatever the first sign-in was and however many there are at once', async () => {
    const outcomes: unknown[] = [];
    const twice = (req: Request, users: readonly User[]): Promise<unknown>[] =>
      users.map(
        (found) =>
          new Promise((resolve) => {
            req.logIn(
              found,
              { whenCodeRequired: 'error' } as never,
              (error: { code?: string } | undefined) => {
                resolve(error ? error.code : 'in');
              },
            );
          }),
      );
    const panel = await started((made) => {
      const [alice, bob] = ['alice', 'bob'].map((login) => ({ ...userOf(made, login) })) as [User, User];
      made.app.post('/twice/:how', async (req, res) => {
        vouchAsAsked(Object.assign(req, { panel: made }), {});
        if (req.params.how === 'at-once') outcomes.push(await Promise.all(twice(req, [bob, alice])));
        else {
          const first = await twice(req, [bob])[0];
          outcomes.push([first, await twice(req, [alice])[0]]);
        }
        res.json({});
      });
    });
    for (const how of ['at-once', 'one-by-one']) {
      const client = new Client(panel);
      await client.post(`/twice/${how}`);
      expect(await client.me(), how).to.equal(null);
    }
    expect(outcomes.flat()).to.not.include('in');
  });

  it('counts for no later request, in the same session and on the same connection', async () => {
    const panel = await started(({ app }) => {
      app.post('/vouch', (req, res) => {
        vouchAsAsked(Object.assign(req, { panel }), {});
        res.json({});
      });
    });
    const client = new Client(panel);
    await client.post('/vouch');
    await isParked(client, await client.login('alice'));
    const { client: signedIn } = await signedOn(panel);
    await isParked(signedIn, await signedIn.login('alice'), 'by the password, later');
    // Requests beside it find nothing either.
    const answers = await burst(20, (place) =>
      place % 2 === 0 ? new Client(panel).post('/vouch') : new Client(panel).login('alice'),
    );
    expect(tally(answers)).to.deep.equal({ 200: 10, 'code-required': 10 });
  });

  it('does not count a day later, or where it seems to lie in the future', async () => {
    const panel = await started();
    for (const age of [DAY + 1, 400 * DAY, -61, -DAY, 1e9]) {
      const { client, answer } = await signedOn(panel, { age });
      await isParked(client, answer, `${String(age)} s ago`);
    }
    for (const age of [DAY, 0, -59]) {
      expect((await signedOn(panel, { age })).answer.status, `${String(age)} s ago`).to.equal(200);
    }
    // A clock that is set back makes no old proof fresh.
    const { client } = await signedOn(panel, { age: 200 });
    panel.now -= 300_000;
    expect(said(await client.get('/fresh'))).to.equal('step-up-required');
  });

  it('counts for nobody whom another strategy of the same route signs in', async () => {
    const panel = await started(({ app, passport, users }) => {
      passport.use('fails', {
        authenticate(this: { fail(): void }, req: Request) {
          vouchAsAsked(Object.assign(req, { panel }), { login: 'bob' });
          this.fail();
        },
      } as never);
      app.post('/either', passport.authenticate(['fails', 'local']), (req, res) => {
        res.json({ user: (req.user as User).id, of: users.length });
      });
    });
    const client = new Client(panel);
    const body = new URLSearchParams({ username: 'alice', password: 'password' });
    const answer = await client.post('/either?username=alice&password=password', body);
    await isParked(client, answer);
  });
});
