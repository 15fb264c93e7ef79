import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { expect } from 'chai';
import { createEndedSessions } from '../../lib/session/ended-sessions.js';

const MINUTE = 60_000;

describe('session/ended-sessions', () => {
  it('knows an end longer than proxies wait for an answer, and then forgets it', () => {
    let now = 0;
    const ended = createEndedSessions(() => now);
    const moment = ended.begin();
    const has = (id: string): boolean => ended.has(id, { own: moment, all: moment });
    ended.end('a')(false);
    ended.end('b')(false);
    now += 4 * MINUTE;
    ended.end('a')(false); // once more
    now += MINUTE - 1;
    expect([has('a'), has('b')]).to.deep.equal([true, true]);
    now += 1;
    expect([has('a'), has('b')]).to.deep.equal([true, false]);
    now += 4 * MINUTE;
    expect(has('a')).to.equal(false);
  });

  it('keeps nothing of the request that ends a session: no timer, which would keep its AsyncLocalStorage', () => {
    const ended = createEndedSessions();
    const made: string[] = [];
    const hook = createHook({ init: (_id, type) => made.push(type) }).enable();
    try {
      new AsyncLocalStorage<object>().run({ request: true }, () => {
        const since = { own: ended.begin(), all: ended.begin() };
        expect(ended.claim('a', since)).to.be.a('number');
        ended.end('a')(false);
        expect(ended.mayTell('a', since.own, 'signed-out', false)).to.equal(true);
        expect(ended.has('a', since)).to.equal(true);
      });
    } finally {
      hook.disable();
    }
    expect(made).to.deep.equal([]);
  });
});
