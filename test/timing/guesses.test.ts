import { performance } from 'node:perf_hooks';
import { expect } from 'chai';
import { PASSWORD_COST } from '../../example/panel/passwords.js';
import { decideAttempt } from '../../lib/account/attempt.js';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import { recoverySet } from '../../lib/account/recovery-codes.js';
import { LONG_BODIES } from '../support/long-bodies.js';
import { NOW, STEP, aRecord, nearlyRight, wrongCodes } from '../support/records.js';
import { Client } from '../support/client.js';
import { enable, pending, signedIn } from '../support/people.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';

const SAMPLES = 2000;
const LOGIN_SAMPLES = 15;
/** Far more than a refusal takes, and far less than what blocks a process. */
const FAST_MILLISECONDS = 3000;

describe('the time of a wrong code (I1, E6)', () => {
  const record = aRecord(
    recoverySet(
      'a key',
      Array.from({ length: 10 }, (_, i) => String(i).repeat(24)),
    ),
  );
  const [wrong] = wrongCodes(record, NOW, 1) as [string];
  /** As right as it can be without being so: all digits but the last one. */
  const near = nearlyRight(record.authenticators[0]!, STEP);
  const evaluate = (typed: string): unknown => decideAttempt(record, typed, NOW, DEFAULT_LIMITS);

  it('is as long where the last digit is wrong as where all are', async () => {
    const [far, close] = await medians([() => evaluate(wrong), () => evaluate(near)], SAMPLES);
    expect(Math.abs(far! - close!) / far!).to.be.below(0.25);
  });

  it('is below a millisecond for what looks like a recovery code', async () => {
    const [time] = await medians([() => evaluate('A'.repeat(24))], SAMPLES);
    expect(time).to.be.below(1);
  });
});

describe('the time of an answer (I2, H6)', () => {
  let panel: ExamplePanel;
  before(async () => {
    panel = await startExamplePanel(undefined, {}, { passwordCost: PASSWORD_COST });
    await enable(panel, await signedIn(panel, 'alice'));
  });
  after(() => panel.end());

  it('is as long for a wrong password of somebody, with and without a factor, as of nobody', async () => {
    const logins = ['bob', 'alice', 'eve'].map(
      (login) => () => new Client(panel).login(login, 'not-the-password'),
    );
    const times = await medians(logins, LOGIN_SAMPLES);
    // A hash that is left out would make it several times as fast.
    expect(Math.max(...times) / Math.min(...times)).to.be.below(2);
  });

  it('is short for very long and deep input', async () => {
    const client = await pending(panel);
    for (const [body, type] of LONG_BODIES) {
      const began = performance.now();
      await client.postRaw('/two-step/verify', body, type);
      expect(performance.now() - began, body.slice(0, 40)).to.be.below(FAST_MILLISECONDS);
    }
  });
});

/** The median time in milliseconds of each of some deeds, which take turns. */
async function medians(deeds: readonly (() => unknown)[], samples: number): Promise<number[]> {
  const times = deeds.map((): number[] => []);
  for (let sample = 0; sample < samples; sample++) {
    for (const [place, deed] of deeds.entries()) {
      const began = performance.now();
      await deed();
      times[place]!.push(performance.now() - began);
    }
  }
  return times.map((each) => each.sort((a, b) => a - b)[samples >> 1]!);
}
