import { expect } from 'chai';
import type { ActivityEntry } from 'passport-second-factor';
import { attack, failuresOf } from '../support/attack.js';
import type { AttackedPanel } from '../support/attack.js';
import { Client } from '../support/client.js';
import { burst, enable, enrolled, loggedIn, pending, signedIn, verify } from '../support/people.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
/** Browsers with names of their own. */
const AGENTS = [
  FIREFOX,
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'curl/8.5.0',
];
/** What Redis alone decides: what lies there, and which of two swaps holds. */
const ON_REDIS = ['is sealed where it lies', 'counts guesses at one moment'];

async function read(client: Client): Promise<ActivityEntry[] | undefined> {
  return (await client.get('/two-step')).body.activity as ActivityEntry[] | undefined;
}

describe('Recent activity', () => {
  attack('on %s', ON_REDIS, (panel) => {
    /** Guesses in sign-ins of their own, from one browser after the other; waits are sat out. */
    async function guess({ phone }: Awaited<ReturnType<typeof enrolled>>, times: number): Promise<void> {
      for (const [place, code] of phone.wrongCodes(times).entries()) {
        panel().advance(3600);
        await verify(await pending(panel()), code, {}, { 'user-agent': AGENTS[place % AGENTS.length]! });
      }
    }

    /** The owner signs in, whatever waits there are. */
    async function comeBack({ recoveryCodes }: Awaited<ReturnType<typeof enrolled>>): Promise<Client> {
      const client = await pending(panel());
      expect((await verify(client, recoveryCodes[0])).status).to.equal(200);
      return client;
    }

    it('keeps what was before, however many guesses there are from however many browsers (B1)', async () => {
      const alice = await enrolled(panel());
      const before = (await read(alice.client)) ?? [];
      await guess(alice, 40);
      const activity = (await read(await comeBack(alice))) ?? [];
      expect(activity.slice(-before.length)).to.deep.equal(before);
      const wrong = activity.filter(({ what }) => what === 'locked' || what === 'code-refused');
      expect(wrong).to.have.length(4);
      expect(wrong.reduce((sum, { count }) => sum + count, 0)).to.equal(40);
    });

    it('counts guesses at one moment as often as they are charged (B1)', async () => {
      const alice = await enrolled(panel());
      const guessers = await burst(12, () => pending(panel()));
      const codes = alice.phone.wrongCodes(12);
      await burst(12, (place) => verify(guessers[place]!, codes[place]));
      const failures = await failuresOf(panel());
      const [newest] = ((await read(await comeBack(alice))) ?? []).filter(({ what }) => what === 'locked');
      expect(newest?.count).to.equal(failures);
    });

    it('takes nothing of a long or strange user agent but the names of known browsers (H6)', async () => {
      const alice = await enrolled(panel());
      const guesser = await pending(panel());
      const agents = [
        'x'.repeat(14_000),
        `${FIREFOX} ${'\t'.repeat(7_000)}`,
        '<img src=x>\u0085\u00ad',
        '"\\',
      ];
      for (const [place, code] of alice.phone.wrongCodes(4).entries()) {
        await verify(guesser, code, {}, { 'user-agent': agents[place]! });
      }
      const client = await comeBack(alice);
      for (const { browser, ip } of (await read(client)) ?? []) {
        expect(browser).to.be.oneOf([null, 'Firefox, Linux']);
        expect(ip).to.equal('127.0.0.1');
      }
      expect((await client.open('/two-step')).text).to.not.include('<img');
      const plain = Buffer.from((await panel().record('alice')) ?? '', 'base64url');
      expect(plain.length, 'no room for any of it').to.be.below(2000);
    });

    it('is read by nobody before the second step, and by no other account (I7)', async () => {
      const alice = await enrolled(panel());
      const others = [new Client(panel()), await pending(panel()), await loggedIn(panel(), 'bob')];
      for (const client of others) {
        for (const path of ['/two-step', '/two-step/verify', '/two-step/browsers', '/settings']) {
          expect((await client.get(path)).text, path).to.not.include('"activity"');
          expect((await client.open(path)).text, path).to.not.include('id="activity"');
        }
      }
      expect(await read(alice.client)).to.have.length.above(0);
    });

    it('is read by nobody who acts as somebody else, neither theirs nor that of the account (K19)', async () => {
      const client = await signedIn(panel(), 'root');
      await client.leave();
      await enable(panel(), client);
      expect(await read(client)).to.have.length(1);
      expect((await client.actAs('bob')).status).to.equal(200);
      expect(await read(client)).to.equal(undefined);
      expect((await client.open('/two-step')).text).to.not.include('id="activity"');
      await client.leave();
      expect(await read(client)).to.have.length(1);
    });

    it('nothing of it is left after disabling (D9)', async () => {
      const alice = await enrolled(panel());
      await alice.client.post('/two-step/disable', { code: alice.phone.nextCode() });
      expect(await panel().record('alice')).to.equal(null);
      expect(await read(alice.client)).to.equal(undefined);
    });

    it('is sealed where it lies: no address, browser or name of a deed can be read there', async () => {
      const alice = await enrolled(panel());
      await guess(alice, 2);
      const there = await everything(panel());
      expect(there).to.include('alice');
      for (const word of ['code-refused', 'Firefox, Linux', 'enrolled"', '127.0.0.1']) {
        expect(there).to.not.include(word);
      }
    });
  });
});

/** The record as it lies in the store, and what it is when only its encoding is taken off. */
async function everything(panel: AttackedPanel): Promise<string> {
  const sealed = (await panel.record('alice')) ?? '';
  const parts = sealed.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
  return `alice ${sealed} ${parts.join(' ')}`;
}
