import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { sqliteTurns } from '../../adapters/sqlite-turns.js';

describe('adapters/sqlite-turns', () => {
  it('leaves the lock to others for as long as a write took, also one that failed', async () => {
    const inTurns = sqliteTurns();
    const times: { begun: number; ended: number }[] = [];
    const write = async (): Promise<void> => {
      const begun = performance.now();
      await pause(10);
      times.push({ begun, ended: performance.now() });
      if (times.length === 2) throw new Error('locked');
    };
    const results = await Promise.allSettled([inTurns(write), inTurns(write), inTurns(write)]);
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
    const rests = [1, 2].map((place) => times[place]!.begun - times[place - 1]!.ended);
    // Timers count in whole milliseconds.
    for (const rest of rests) expect(rest).to.be.at.least(9);
  });

  it('waits for nothing when no write was just made, and gives what a write gives', async () => {
    const inTurns = sqliteTurns();
    let begun = false;
    const written = inTurns(async () => {
      begun = true;
      return 7;
    });
    await Promise.resolve();
    expect(begun).to.equal(true);
    expect(await written).to.equal(7);
  });
});
