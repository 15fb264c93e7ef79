import { expect } from 'chai';
import { isFresh, isInTime, evaluateSession } from '../../lib/session/evaluate-session.js';
import type { SessionDecision } from '../../lib/session/evaluate-session.js';
import { readState, writeState } from '../../lib/session/state.js';
import type {
  PendingState,
  RememberedState,
  SessionState,
  SignedInState,
  VerifiedState,
} from '../../lib/session/state.js';
import { isSameSignIn } from '../../lib/session/stored-session.js';

const signedIn: SignedInState = { state: 'signed-in', account: 'alice', stamp: 's', passwordAt: 1 };
const verified: VerifiedState = {
  ...signedIn,
  state: 'verified',
  enrollment: 'e',
  factorAt: 2,
  method: 'otp',
};
const pending: PendingState = {
  state: 'pending',
  digits: [6],
  account: 'alice',
  enrollment: 'e',
  stamp: 's',
  user: 'alice',
  since: 1,
  until: 2,
  returnTo: null,
  keepSessionInfo: false,
  recoveryFailures: 0,
};
const { enrollment: _enrollment, recoveryFailures: _failures, digits: _digits, ...parked } = pending;
const mustEnroll: SessionState = { ...parked, state: 'must-enroll' };
const remembered: RememberedState = { ...signedIn, state: 'remembered', enrollment: 'e', browser: 'b' };
const proof = { at: 2, phishingResistant: true };
const elsewhere: SessionState = { ...signedIn, state: 'proven-elsewhere', enrollment: 'e', elsewhere: proof };
const provenOnly: SessionState = { ...signedIn, elsewhere: proof };
const acting: SessionState = {
  state: 'impersonating',
  account: 'bob',
  stamp: null,
  until: 9,
  actors: [{ account: 'alice', stamp: 's', user: 'alice', mark: verified }],
};

describe('session/evaluate-session', () => {
  const demoted = (to: 'pending' | 'must-enroll' | 'signed-in' | 'anonymous', reason: string) => ({
    kind: 'demote',
    to,
    reason,
  });
  for (const [what, state, enrollment, sameStamp, decision] of [
    ['keeps a signed-in session without a factor', signedIn, null, true, { kind: 'keep', state: signedIn }],
    [
      'keeps a verified session of the same enrollment',
      verified,
      'e',
      true,
      { kind: 'keep', state: verified },
    ],
    [
      'parks a signed-in session once there is a factor',
      signedIn,
      'e',
      true,
      demoted('pending', 'enrolled-elsewhere'),
    ],
    [
      'lets a verified session fall to signed-in without one',
      verified,
      null,
      true,
      demoted('signed-in', 'factor-gone'),
    ],
    [
      'parks a verified session of another enrollment',
      verified,
      'f',
      true,
      demoted('pending', 'factor-replaced'),
    ],
    [
      'ends a signed-in session with another stamp',
      signedIn,
      null,
      false,
      demoted('anonymous', 'password-changed'),
    ],
    [
      'ends a verified session with another stamp before all else',
      verified,
      'f',
      false,
      demoted('anonymous', 'password-changed'),
    ],
    ['adopts a session without a mark', undefined, null, true, { kind: 'adopt' }],
    [
      'parks a session without a mark of an enrolled account',
      undefined,
      'e',
      true,
      demoted('pending', 'unmarked'),
    ],
    ['takes a parked state with a user for no mark', pending, 'e', true, demoted('pending', 'unmarked')],
    ['takes a state of acting for no mark of the account', acting, 'e', true, demoted('pending', 'unmarked')],
  ] satisfies [string, SessionState | undefined, string | null, boolean, object][]) {
    it(what, () => {
      const facts = {
        enrollment,
        stampMatches: () => sameStamp,
        holdsBrowser: () => true,
        required: false,
        keysOnly: false,
        hasKey: false,
      };
      const told: SessionDecision = evaluateSession(state, facts);
      expect(told).to.deep.equal(decision);
    });
  }

  for (const [what, state, enrollment, decision] of [
    ['keeps a remembered session', remembered, 'e', { kind: 'keep', state: remembered }],
    ['parks one of another enrollment', remembered, 'f', demoted('pending', 'factor-replaced')],
    ['keeps on the password one whose factor is gone', remembered, null, demoted('signed-in', 'factor-gone')],
    ['keeps one with a proof elsewhere', elsewhere, 'e', { kind: 'keep', state: elsewhere }],
    ['parks that of another enrollment', elsewhere, 'f', demoted('pending', 'factor-replaced')],
    [
      'keeps it on the password when the factor is gone',
      elsewhere,
      null,
      demoted('signed-in', 'factor-gone'),
    ],
    [
      'parks a proof elsewhere of an account that has a factor since',
      provenOnly,
      'e',
      demoted('pending', 'enrolled-elsewhere'),
    ],
  ] satisfies [string, SessionState, string | null, object][]) {
    it(`without a code: ${what}`, () => {
      const holdsBrowser = (id: string): boolean => id === 'b';
      const facts = {
        enrollment,
        stampMatches: () => true,
        holdsBrowser,
        required: false,
        keysOnly: false,
        hasKey: false,
      };
      expect(evaluateSession(state, facts)).to.deep.equal(decision);
    });
  }

  it('parks a remembered session whose browser is no longer remembered', () => {
    const facts = {
      enrollment: 'e',
      stampMatches: () => true,
      holdsBrowser: () => false,
      required: false,
      keysOnly: false,
      hasKey: false,
    };
    expect(evaluateSession(remembered, facts)).to.deep.equal(demoted('pending', 'browser-revoked'));
  });

  it('has an account enroll first where the policy requires it, whatever the session was', () => {
    const facts = {
      enrollment: null,
      stampMatches: () => true,
      holdsBrowser: () => true,
      required: true,
      keysOnly: false,
      hasKey: false,
    };
    for (const [state, reason] of [
      [signedIn, 'factor-required'],
      [verified, 'factor-gone'],
      [remembered, 'factor-gone'],
      [undefined, 'unmarked'],
    ] as const) {
      expect(evaluateSession(state, facts)).to.deep.equal(demoted('must-enroll', reason));
    }
    expect(evaluateSession(verified, { ...facts, enrollment: 'e' })).to.include({ kind: 'keep' });
  });

  it('compares the stamp that the session holds', () => {
    const seen: unknown[] = [];
    const stampMatches = (digest: string | null): boolean => seen.push(digest) > 0;
    evaluateSession(verified, {
      enrollment: 'e',
      stampMatches,
      holdsBrowser: () => true,
      required: false,
      keysOnly: false,
      hasKey: false,
    });
    expect(seen).to.deep.equal(['s']);
  });

  it('keeps, where nothing but a key will do, a session by a key as long as the account has one', () => {
    const byKey: VerifiedState = { ...verified, method: 'security-key' };
    const facts = {
      enrollment: 'e',
      stampMatches: () => true,
      holdsBrowser: () => true,
      required: true,
      keysOnly: true,
      hasKey: true,
    };
    const reason = 'security-key-required';
    expect(evaluateSession(byKey, facts)).to.deep.equal({ kind: 'keep', state: byKey });
    expect(evaluateSession(verified, facts)).to.deep.equal(demoted('pending', reason));
    expect(evaluateSession(remembered, facts)).to.deep.equal(demoted('pending', reason));
    const without = { ...facts, hasKey: false };
    expect(evaluateSession(byKey, without)).to.deep.equal(demoted('must-enroll', reason));
    expect(evaluateSession(verified, without)).to.deep.equal(demoted('must-enroll', reason));
    expect(evaluateSession(remembered, without)).to.deep.equal(demoted('pending', reason));
  });

  it('takes for fresh what is as old as allowed, and nothing older, unknown or far in the future', () => {
    const now = 1_000_000;
    expect(isFresh(now - 300_000, now, 300)).to.equal(true);
    expect(isFresh(now - 300_001, now, 300)).to.equal(false);
    expect(isFresh(now, now, 1)).to.equal(true);
    expect(isFresh(null, now, 300)).to.equal(false);
    expect(isFresh(now + 60_000, now, 300), 'clocks of several servers').to.equal(true);
    expect(isFresh(now + 60_001, now, 300)).to.equal(false);
  });

  it('takes for going on what has begun and not ended, within what clocks of several servers differ', () => {
    const now = 1_000_000;
    expect(isInTime(now, now + 1, now)).to.equal(true);
    expect(isInTime(now, now, now), 'ends at that moment').to.equal(false);
    expect(isInTime(now + 60_000, now + 600_000, now)).to.equal(true);
    expect(isInTime(now + 60_001, now + 600_000, now)).to.equal(false);
  });
});

describe('session/state', () => {
  it('reads back every state that it wrote, through JSON', () => {
    for (const state of [signedIn, verified, remembered, pending, mustEnroll, acting]) {
      const session = {};
      writeState(session, 'k', state);
      expect(readState(JSON.parse(JSON.stringify(session)) as object, 'k')).to.deep.equal(state);
      writeState(session, 'k', undefined);
      expect(session).to.deep.equal({});
    }
  });

  it('reads nothing that is not a whole state', () => {
    const broken: unknown[] = [
      undefined,
      null,
      0,
      'verified',
      [],
      {},
      [verified],
      { state: 'root' },
      { state: 'anonymous' },
    ];
    for (const state of [signedIn, verified, remembered, pending, mustEnroll, acting]) {
      const optional = ['user', 'keepSessionInfo'];
      for (const name of Object.keys(state).filter((each) => !optional.includes(each))) {
        broken.push({ ...state, [name]: undefined }, { ...state, [name]: {} }, { ...state, [name]: NaN });
      }
    }
    broken.push({ ...verified, method: 'trust' }, { ...acting, actors: [] }, { ...signedIn, setup: {} });
    broken.push({
      ...acting,
      actors: [{ account: 'alice', stamp: null, user: 'alice', mark: { ...verified, account: 'root' } }],
    });
    broken.push({ ...acting, actors: [{ account: 'alice', stamp: null, user: 'alice', mark: pending }] });
    for (const value of broken) {
      expect(readState({ k: value }, 'k'), JSON.stringify(value)).to.equal(undefined);
    }
  });
});

describe('session/stored-session', () => {
  it('takes two states for one sign-in only when account, stamp, enrollment and beginning agree', () => {
    expect(isSameSignIn(verified, { ...verified, factorAt: 99 }), 'stepped up').to.equal(true);
    expect(isSameSignIn(signedIn, { ...signedIn, autoSwitchSkipped: 'error' })).to.equal(true);
    expect(isSameSignIn(pending, { ...pending, recoveryFailures: 3 })).to.equal(true);
    for (const [a, b] of [
      [verified, undefined],
      [verified, signedIn],
      [signedIn, verified],
      [verified, { ...verified, account: 'bob' }],
      [verified, { ...verified, stamp: 't' }],
      [verified, { ...verified, stamp: null }],
      [verified, { ...verified, enrollment: 'f' }],
      [pending, { ...pending, since: 7 }],
      [pending, { ...pending, enrollment: 'f' }],
      [pending, verified],
    ] satisfies [SessionState, SessionState | undefined][]) {
      expect(isSameSignIn(a, b), JSON.stringify([a, b])).to.equal(false);
    }
  });
});
