import { expect } from 'chai';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn, pending, verify } from '../support/people.js';
import { userOf } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { attack, isOut } from '../support/attack.js';

const spoil: Record<string, (sealed: string, other: string) => string | null> = {
  'is deleted': () => null,
  'is empty': () => '',
  'is not sealed': () => '{"enrollment":"x"}',
  'was altered': (sealed) => sealed.slice(0, -6) + (sealed.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA'),
  'is sealed with a key that is not there': (sealed) => sealed.replace(/[A-Za-z0-9_-]{4,}/, 'AAAAAA'),
  'is cut off': (sealed) => sealed.slice(0, sealed.length / 2),
  'is that of somebody else': (_sealed, other) => other,
};

describe('A8: an error or a missing piece that means "passed"', () => {
  attack('on %s', (target) => {
    const { error } = console;
    before(() => (console.error = () => undefined)); // the panel tells its operator of each
    after(() => (console.error = error));

    for (const [what, spoiled] of Object.entries(spoil)) {
      it(`opens nothing where the record ${what}`, async () => {
        const { client: full, phone } = await enrolled(target(), 'alice');
        const other = await enrolled(target(), 'bob');
        const waiting = await pending(target(), 'alice');
        const sealed = (await target().record('alice')) ?? '';
        await target().setRecord('alice', spoiled(sealed, (await target().record('bob')) ?? ''));
        phone.nextCode();
        for (const code of [phone.code(), other.phone.code(), '000000']) {
          const late = await verify(waiting.copy(), code);
          expect(late.status).to.be.oneOf([401, 503]);
        }
        expect((await waiting.get('/api/secret')).status).to.be.within(400, 599);
        const was = await full.get('/api/secret');
        expect([was.status, was.body.code]).to.deep.equal(
          what === 'is deleted' ? [403, 'enrollment-required'] : [503, 'record-unreadable'],
        );
        const again = await loggedIn(target());
        expect((await again.get('/api/secret')).status).to.be.oneOf([401, 403]);
        if (what !== 'is deleted') await isOut(again);
        await target().setRecord('alice', null);
      });
    }
  });

  describe('where the panel cannot say who it is', () => {
    onEachPanel((start) => {
      let panel: Panel;
      let broken: () => unknown = () => undefined;

      for (const [what, fault] of Object.entries<() => unknown>({
        throws: () => {
          throw new Error('the database is away');
        },
        rejects: () => Promise.reject(new Error('the database is away')),
        'gives null': () => null,
        'gives undefined': () => undefined,
        'gives false': () => false,
        'gives an empty object': () => ({}),
      })) {
        it(`lets nobody finish where findUser ${what}`, async () => {
          let isBroken = false;
          broken = fault;
          panel = await start({
            options: { findUser: (id) => (isBroken ? broken() : userOf(panel, id)) as never },
          });
          const phone = await enroll(panel);
          const waiting = await loggedIn(panel);
          const { cookie } = waiting;
          const before = await panel.store.get('alice');
          isBroken = true;
          const refused = await waiting.post('/two-step/verify', { code: phone.nextCode() });
          expect(refused.status).to.be.within(401, 500);
          expect((await new Client(panel).login('alice')).status).to.be.within(401, 500);
          isBroken = false;
          for (const sent of [waiting.cookie, cookie]) {
            const { status } = await new Client(panel).get('/secret', { cookie: sent });
            expect(status).to.equal(401);
          }
          expect(await panel.store.get('alice'), 'the code was not spent').to.equal(before);
        });
      }
    });
  });
});
