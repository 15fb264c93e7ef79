import { expect } from 'chai';
import { enrolledRecord, decideConfirmation } from '../../lib/account/enrollment.js';
import {
  NOW,
  STEP,
  STEP_MILLISECONDS,
  aRecord,
  anAuthenticator,
  codeAt,
  wrongCode,
} from '../support/records.js';

const app = anAuthenticator();

describe('lib/account/enrollment', () => {
  describe('decideConfirmation', () => {
    const confirm = (typed: unknown, now = NOW, window = 1): ReturnType<typeof decideConfirmation> =>
      decideConfirmation(app.secret, typed, now, window);

    it('learns how far the phone is off within five steps, with every window but 0', () => {
      for (const window of [1, 2, 10]) {
        for (const offset of [-5, -4, -1, 0, 1, 4, 5]) {
          expect(confirm(codeAt(app, STEP + offset), NOW, window)).to.deep.equal({
            ...{ ok: true, step: STEP + offset },
            clockOffset: offset,
          });
        }
      }
    });

    it('goes by the step that the moment lies in', () => {
      const code = codeAt(app, STEP);
      expect(confirm(code, NOW + STEP_MILLISECONDS - 1)).to.deep.equal({
        ok: true,
        step: STEP,
        clockOffset: 0,
      });
      expect(confirm(code, NOW + STEP_MILLISECONDS)).to.deep.equal({ ok: true, step: STEP, clockOffset: -1 });
    });

    it('says by how many minutes the clocks disagree beyond that, up to an hour (M7)', () => {
      const minutes: readonly (readonly [number, number])[] = [
        ...([
          [6, 3],
          [7, 4],
          [8, 4],
          [20, 10],
          [119, 60],
          [120, 60],
        ] as const),
        ...([
          [-6, -3],
          [-7, -4],
          [-8, -4],
          [-20, -10],
          [-119, -60],
          [-120, -60],
        ] as const),
      ];
      for (const [offset, expected] of minutes) {
        expect(confirm(codeAt(app, STEP + offset)), String(offset)).to.deep.equal({
          ...{ ok: false, reason: 'clock-skew' },
          minutes: expected,
        });
      }
    });

    it('with window 0 accepts this very step, and never says 0 minutes', () => {
      expect(confirm(codeAt(app, STEP), NOW, 0)).to.deep.equal({ ok: true, step: STEP, clockOffset: 0 });
      for (const [offset, minutes] of [
        ...([
          [1, 1],
          [-1, -1],
          [2, 1],
          [-2, -1],
          [5, 3],
          [-5, -3],
        ] as const),
      ]) {
        expect(confirm(codeAt(app, STEP + offset), NOW, 0)).to.deep.equal({
          ...{ ok: false, reason: 'clock-skew' },
          minutes,
        });
      }
    });

    it('says nothing of codes more than an hour away', () => {
      for (const offset of [121, -121, 500, -500]) {
        expect(confirm(codeAt(app, STEP + offset))).to.deep.equal({ ok: false, reason: 'code-invalid' });
      }
      const code = wrongCode(aRecord({ authenticators: [app] }), NOW);
      expect(confirm(code)).to.deep.equal({ ok: false, reason: 'code-invalid' });
    });

    it('takes a code of several steps for the nearest one', () => {
      const { secret, near, far } = collision();
      for (const [current, expected] of [
        [near, near],
        [near - 2, near],
        [far, far],
        [far + 3, far],
      ] as const) {
        const confirmed = decideConfirmation(
          secret,
          codeAt({ secret }, near),
          current * STEP_MILLISECONDS,
          1,
        );
        expect(confirmed).to.deep.equal({ ok: true, step: expected, clockOffset: expected - current });
      }
    });

    it('works in the first hour of 1970', () => {
      expect(confirm(codeAt(app, 3), 0)).to.deep.equal({ ok: true, step: 3, clockOffset: 3 });
    });

    it('takes the spellings of a code, and nothing else', () => {
      const code = codeAt(app, STEP);
      expect(confirm(`${code.slice(0, 3)} ${code.slice(3)}`)).to.include({ ok: true });
      for (const typed of ['', undefined, [code], Number(code), `${code}x`, '7K3M9QWXZ0AB4CDE2FGH6JNP']) {
        expect(confirm(typed)).to.deep.equal({ ok: false, reason: 'code-malformed' });
      }
    });
  });

  describe('enrolledRecord', () => {
    it('holds what was proved and nothing else', () => {
      const recovery = { recoveryKey: 'key', recoveryDigests: ['a', 'b'], recoveryConfirmed: false };
      expect(enrolledRecord('enrollment', { authenticators: [app], keys: [] }, recovery, NOW)).to.deep.equal({
        ...{ enrollment: 'enrollment', enrolledAt: NOW, authenticators: [app], failures: 0, lockedUntil: 0 },
        keys: [],
        ...recovery,
        ...{ browsers: [], browsersStamp: null, activity: [] },
      });
    });
  });
});

/** A secret with one code in two steps that are 6 to 100 apart. */
function collision(): { secret: Buffer; near: number; far: number } {
  const secret = Buffer.from('12345678901234567890');
  const seen = new Map<string, number>();
  for (let step = 1000; ; step++) {
    const code = codeAt({ secret }, step);
    const before = seen.get(code);
    if (before !== undefined && step - before >= 12 && step - before <= 100) {
      return { secret, near: before, far: step };
    }
    seen.set(code, step);
  }
}
