import { expect } from 'chai';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enroll } from '../support/people.js';
import { user } from '../support/panel.js';
import type { Panel, User } from '../support/panel.js';
import type { Phone } from '../support/people.js';

const SPELLINGS = ['Bob', 'bob', 'bob ', ' BOB', '\uff22\uff2f\uff22'];

/** A panel that is generous with logins, as many are: case, spaces and width do not count. */
const generous = (login: string): string => login.normalize('NFKC').trim().toLowerCase();

describe('H9: the same account under several spellings', () => {
  onEachPanel((start) => {
    let panel: Panel;
    let phone: Phone;

    beforeEach(async () => {
      panel = await start({
        users: [user('bob', '7')],
        beforeRouter: ({ app, users }) => {
          app.post('/generous', async (req, res, next) => {
            const login = generous(decodeURIComponent(String(req.headers['x-login'])));
            const found = users.find((known: User) => known.login === login);
            if (!found) res.status(401).json({});
            else req.logIn(found, (error) => (error ? next(error) : res.json({})));
          });
        },
      });
      phone = await enroll(panel, 'bob');
    });
    it('counts wrong codes of all spellings to one total, which is kept by id', async () => {
      const answers: unknown[] = [];
      for (let i = 0; i < 7; i++) {
        const client = new Client(panel);
        const spelling = encodeURIComponent(SPELLINGS[i % SPELLINGS.length]!);
        expect((await client.post('/generous', {}, { 'x-login': spelling })).body.code).to.equal(
          'code-required',
        );
        answers.push((await client.post('/two-step/verify', { code: '000000' })).body.code);
      }
      expect(answers).to.deep.equal([...Array<string>(5).fill('code-invalid'), 'locked', 'locked']);
      const [status] = await panel.secondFactor.status(['7']);
      expect(status).to.include({ failures: 5, enrolled: true });
    });

    it('spends a code for all spellings', async () => {
      const code = phone.nextCode();
      for (const [place, spelling] of SPELLINGS.entries()) {
        const client = new Client(panel);
        await client.post('/generous', {}, { 'x-login': encodeURIComponent(spelling) });
        const { body } = await client.post('/two-step/verify', { code });
        if (place === 0) expect(body.state).to.equal('verified');
        else expect(body.code).to.equal('code-already-used');
      }
    });

    it('takes an id for the account that it is byte for byte, and for no other', async () => {
      for (const id of ['7 ', '07', '\uff17', '7\u0301']) {
        expect((await panel.secondFactor.status(id)).enrolled, id).to.equal(false);
      }
    });
  });
});
