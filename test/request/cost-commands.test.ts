import { expect } from 'chai';
import { startPanel, stopPanels } from '../support/panel.js';
import { countRedis, total } from '../support/redis-commands.js';
import type { RedisCommands } from '../support/redis-commands.js';
import { redisForTests } from '../support/redis-server.js';
import { KINDS, countKinds } from '../support/request-kinds.js';
import type { KindName } from '../support/request-kinds.js';

/** The most commands that a request of each kind sends, for its session and its record together. */
const MOST: Readonly<Record<KindName, number>> = {
  'a stranger': 0,
  'a password, without a second factor': 3,
  'a password, with one': 3,
  'a parked sign-in': 2,
  'a wrong code': 4,
  'the second step': 6,
  'a guarded GET': 3,
  'a guarded GET, without a second factor': 3,
  'a step-up': 7,
  'a log-out': 6,
};
/** What decides about a code: everything else only reads records. */
const DECIDING: readonly KindName[] = ['a wrong code', 'the second step', 'a step-up'];

describe('what Redis is asked, with sessions and records in one', () => {
  const redis = redisForTests();
  let counted: Record<KindName, RedisCommands>;

  before(async () => {
    const { host = '', port = 0 } = redis().options;
    const counter = await countRedis(`redis://${host}:${String(port)}`);
    counted = await countKinds(await startPanel({ redis: redis() }), counter);
    counter.stop();
  });
  after(stopPanels);

  for (const kind of KINDS) {
    it(`is at most ${String(MOST[kind])} commands for ${kind}`, () => {
      const { sent } = counted[kind];
      expect(total(sent), JSON.stringify(sent)).to.be.at.most(MOST[kind]);
    });
  }

  it('is exactly one read of the session, one of the record, and one touch for a guarded GET', () => {
    const { sent, inside } = counted['a guarded GET'];
    expect({ ...sent, get: (sent.get ?? 0) + (sent.evalsha ?? 0), evalsha: 0 }).to.deep.equal({
      get: 2,
      expire: 1,
      evalsha: 0,
    });
    // Once a second the read is the script, which makes a write to see that it asks a master.
    expect(inside).to.deep.equal(sent.evalsha === 1 ? { get: 1, persist: 1 } : {});
  });

  it('is one swap, which reads and writes inside the server, for what decides about a code', () => {
    for (const kind of KINDS) {
      const swaps = counted[kind].inside.set ?? 0;
      expect(swaps, kind).to.equal(DECIDING.includes(kind) ? 1 : 0);
    }
  });
});
