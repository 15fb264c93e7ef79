import { expect } from 'chai';
import { isState } from '../../lib/session/is-state.js';

const SETUP = { sealed: 's', since: 1, until: 2, failures: 0, name: '', adds: false };
const PARKED = {
  account: 'a',
  stamp: 's',
  user: 'a',
  since: 1,
  until: 2,
  returnTo: '/',
  keepSessionInfo: false,
};
const CHALLENGE = { value: 'c', issuedAt: 1, since: 1, answeredBy: 'k' };
const MARK = { account: 'a', stamp: 's', passwordAt: 1, setup: SETUP, challenge: CHALLENGE };
const ELSEWHERE = { at: 1, phishingResistant: false };
const VERIFIED = { ...MARK, state: 'verified', enrollment: 'e', factorAt: 1, method: 'otp' };

/** A whole state of every kind. */
const STATES: Readonly<Record<string, object>> = {
  pending: { ...PARKED, state: 'pending', enrollment: 'e', recoveryFailures: 0, digits: [6] },
  'must-enroll': { ...PARKED, state: 'must-enroll', setup: SETUP },
  'signed-in': { ...MARK, state: 'signed-in', elsewhere: ELSEWHERE },
  'proven-elsewhere': { ...MARK, state: 'proven-elsewhere', enrollment: 'e', elsewhere: ELSEWHERE },
  remembered: { ...MARK, state: 'remembered', enrollment: 'e', browser: 'b' },
  verified: VERIFIED,
  impersonating: {
    state: 'impersonating',
    account: 'c',
    stamp: null,
    until: 2,
    actors: [
      { account: 'a', stamp: null, user: 'a', mark: VERIFIED },
      { account: 'b', stamp: 's', user: 'b' },
      { account: 'c', stamp: null, user: 'c' },
    ],
  },
};

const ANYTHING: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  1.5,
  253_402_300_799_999,
  253_402_300_800_000,
  -8.64e15,
  1e308,
  NaN,
  Infinity,
  -Infinity,
  '',
  'x',
  {},
  [],
  ['x'],
  [{}],
];
const isString = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean =>
  Number.isFinite(value) && Math.abs(value as number) <= 253_402_300_799_999;
const isDigest = (value: unknown): boolean => value === null || isString(value);
const never = (): boolean => false;

/** What a property may hold, by its name; those that are not named are not looked at. */
const MAY_HOLD: Readonly<Record<string, (value: unknown) => boolean>> = {
  state: never,
  account: isString,
  stamp: isDigest,
  since: isNumber,
  until: isNumber,
  returnTo: isDigest,
  enrollment: isString,
  recoveryFailures: isNumber,
  digits: (value) => Array.isArray(value) && value.length === 0,
  passwordAt: (value) => value === null || isNumber(value),
  factorAt: isNumber,
  at: isNumber,
  phishingResistant: (value) => typeof value === 'boolean',
  method: never,
  browser: isString,
  setup: (value) => value === undefined,
  sealed: isString,
  failures: isNumber,
  name: isString,
  adds: (value) => typeof value === 'boolean',
  challenge: (value) => value === undefined,
  value: isString,
  issuedAt: isNumber,
  answeredBy: (value) => value === undefined || isString(value),
  actors: never,
  mark: never,
};

/** Every place in a state that is checked, as the names that lead there. */
function placesIn(value: unknown, way: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, held]) => {
    const place = [...way, name];
    return [...(name in MAY_HOLD || Array.isArray(value) ? [place] : []), ...placesIn(held, place)];
  });
}

/** A copy with something else at one place. */
function withAt(value: unknown, [name, ...rest]: readonly string[], held: unknown): unknown {
  if (name === undefined) return held;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string,
    unknown
  >;
  copy[name] = withAt(copy[name], rest, held);
  return copy;
}

/** Whether changing an account breaks the bond between the first actor and their mark. */
function isBond(place: readonly string[]): boolean {
  return ['actors.0.account', 'actors.0.mark.account'].includes(place.join('.'));
}

describe('session/is-state', () => {
  for (const [name, state] of Object.entries(STATES)) {
    it(`takes a whole ${name}, also with what may be missing`, () => {
      expect(isState(state)).to.equal(true);
      expect(isState({ ...state, setup: undefined, stamp: null, returnTo: null, passwordAt: null })).to.equal(
        true,
      );
    });

    it(`takes for a ${name} nothing that has anything else in any place`, () => {
      const places = placesIn(state);
      expect(places.length).to.be.greaterThan(4);
      for (const place of places) {
        const mayHold = MAY_HOLD[place.at(-1)!] ?? never;
        for (const held of ANYTHING) {
          const changed = withAt(state, place, held);
          const may = mayHold(held) && !isBond(place);
          expect(isState(changed), `${place.join('.')}: ${JSON.stringify(held)}`).to.equal(may);
        }
      }
    });
  }

  it('takes nothing that is no object, and no state of another name', () => {
    for (const value of ANYTHING) expect(isState(value)).to.equal(false);
    for (const state of ['root', 'anonymous', 'Verified', '__proto__']) {
      expect(isState({ ...VERIFIED, state })).to.equal(false);
    }
    expect(isState([VERIFIED])).to.equal(false);
  });

  it('knows a verified session by both methods, and by no other', () => {
    expect(isState({ ...VERIFIED, method: 'recovery-code' })).to.equal(true);
    expect(isState({ ...VERIFIED, method: 'trust' })).to.equal(false);
  });

  it('has only somebody who signed in as themselves at the top of a stack', () => {
    const { impersonating, pending } = STATES;
    for (const mark of [pending, impersonating]) {
      expect(isState(withAt(impersonating, ['actors', '0', 'mark'], { ...mark, account: 'a' }))).to.equal(
        false,
      );
    }
    expect(
      isState(withAt(impersonating, ['actors', '0'], { account: 'a', stamp: null, user: 'a' })),
    ).to.equal(false);
  });
});
