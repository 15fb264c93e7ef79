import { expect } from 'chai';
import type { Activity } from '../../lib/account/activity.js';
import {
  ACTIVITY_BYTES,
  MAXIMUM_ACTIVITY,
  withActivity,
  withoutEntry,
  writtenActivity,
} from '../../lib/account/activity.js';

const entry = (given: Partial<Activity> = {}): Activity => ({
  ...{ what: 'signed-in', at: 1_700_000_000, count: 1, ip: '203.0.113.7', browser: 'Firefox, Linux', by: '' },
  ...given,
});
const wrong = (ip: string, given: Partial<Activity> = {}): Activity =>
  entry({ what: 'code-refused', ip, ...given });
const all = (entries: readonly Activity[]): readonly Activity[] =>
  entries.reduce<readonly Activity[]>(withActivity, []);
/** How often each thing happened, where and when last. */
const sumOf = (entries: readonly Activity[]): string =>
  JSON.stringify(entries.map(({ what, ip, count }) => Array<string>(count).fill(what + ip)).flat());
const bytes = (entries: readonly Activity[]): number =>
  Buffer.byteLength(JSON.stringify(entries.map(writtenActivity)));

describe('account/activity', () => {
  it('keeps the newest twenty', () => {
    const kept = all(Array.from({ length: 25 }, (_, at) => entry({ at })));
    expect(kept.map(({ at }) => at)).to.deep.equal(
      Array.from({ length: MAXIMUM_ACTIVITY }, (_, at) => at + 5),
    );
  });

  it('has room for twenty with the longest addresses and names of browsers that are common', () => {
    const kept = all(
      Array.from({ length: 20 }, (_, at) =>
        entry({
          at: 1_700_000_000 + at,
          ip: '2001:db8:1234:5678:9abc:def0:1234:5678',
          browser: 'Chrome, Android',
        }),
      ),
    );
    expect(kept).to.have.length(MAXIMUM_ACTIVITY);
    expect(bytes(kept)).to.be.below(ACTIVITY_BYTES);
  });

  it('gives up the oldest ones rather than its limit in bytes', () => {
    const kept = all(Array.from({ length: 40 }, (_, at) => entry({ at, by: '😀'.repeat(40) })));
    expect(bytes(kept)).to.be.within(ACTIVITY_BYTES - 250, ACTIVITY_BYTES);
    expect(kept.at(-1)?.at).to.equal(39);
    expect(kept.length).to.be.below(MAXIMUM_ACTIVITY);
  });

  it('counts what happens again with nothing in between, and says when it did last', () => {
    const renamed = entry({ what: 'security-key-renamed' });
    const kept = all([renamed, { ...renamed, at: 1_700_000_060 }, entry(), renamed]);
    expect(kept).to.deep.equal([{ ...renamed, at: 1_700_000_060, count: 2 }, entry(), renamed]);
  });

  it('counts what an operator did apart from what the owner did', () => {
    const renamed = entry({ what: 'browsers-revoked' });
    expect(all([renamed, { ...renamed, by: 'support' }])).to.have.length(2);
  });

  it('tells each sign-in', () => {
    expect(all([entry(), entry(), entry({ what: 'remembered-browser' })])).to.have.length(3);
  });

  it('counts wrong codes by where they come from, as long as nothing else happens', () => {
    const kept = all([wrong('192.0.2.1'), wrong('192.0.2.2'), wrong('192.0.2.1', { at: 1_700_000_009 })]);
    expect(kept).to.deep.equal([wrong('192.0.2.2'), wrong('192.0.2.1', { at: 1_700_000_009, count: 2 })]);
    expect(all([...kept, entry(), wrong('192.0.2.1')])).to.have.length(4);
  });

  it('says of wrong codes that they brought a wait, and goes on saying so', () => {
    const locked = wrong('192.0.2.1', { what: 'locked' });
    expect(all([wrong('192.0.2.1'), locked, wrong('192.0.2.1')])).to.deep.equal([{ ...locked, count: 3 }]);
  });

  it('lets no guesses, from however many addresses, push out what else happened', () => {
    const before = Array.from({ length: 16 }, (_, at) => entry({ at }));
    const guesses = Array.from({ length: 1000 }, (_, at) => wrong(`192.0.2.${String(at % 250)}`));
    const kept = all([...before, ...guesses]);
    expect(kept.slice(0, 16)).to.deep.equal(before);
    expect(kept.slice(16).map(({ count }) => count)).to.have.members([4, 4, 4, 988]);
    expect(kept.find(({ count }) => count === 988)).to.include({ ip: '', browser: '' });
  });

  it('nor guesses after every sign-in: they have four of the places where there is not room for all', () => {
    const added = Array.from({ length: 10 }, (_, at) =>
      entry({ what: 'authenticator-added', ip: `198.51.100.${String(at)}` }),
    );
    let kept = all(added);
    for (let day = 0; day < 6; day++) {
      kept = withActivity(kept, entry());
      for (let place = 0; place < 9; place++) {
        kept = withActivity(kept, wrong(`192.0.2.${String(place)}`, { at: day }));
      }
    }
    expect(kept).to.have.length(MAXIMUM_ACTIVITY);
    expect(kept.filter(({ what }) => what === 'authenticator-added')).to.have.length(10);
    expect(kept.filter(({ what }) => what === 'signed-in')).to.have.length(6);
    const guesses = kept.filter(({ what }) => what === 'code-refused');
    expect(guesses.map(({ at }) => at)).to.deep.equal([5, 5, 5, 5]);
    expect(guesses.map(({ count }) => count)).to.deep.equal([1, 1, 1, 6]);
  });

  it('is without one entry as if that had never come, whatever came after it', () => {
    const added = entry({ what: 'authenticator-added' });
    const elsewhere = { ...added, ip: '192.0.2.1' };
    const later = [entry(), { ...added, at: added.at + 9 }];
    for (const before of [[], [added], [added, added], [added, entry()], [elsewhere], [wrong('192.0.2.1')]]) {
      for (const after of [[], later, later.slice(1), [elsewhere], [wrong('192.0.2.2')]]) {
        expect(
          withoutEntry(all([...before, added, ...after]), 'authenticator-added', all(before)),
        ).to.satisfy((left: readonly Activity[]) => sumOf(left) === sumOf(all([...before, ...after])));
      }
    }
    const before = all([added, entry()]);
    expect(withoutEntry(all([added, entry(), added]), 'authenticator-added', before)).to.deep.equal(before);
    expect(withoutEntry(all([added, added, wrong('a')]), 'authenticator-added', all([added]))).to.deep.equal(
      all([added, wrong('a')]),
    );
    expect(withoutEntry(before, 'authenticator-added', before)).to.deep.equal(before);
  });

  it('changes no list that it was given', () => {
    const before = Object.freeze([Object.freeze(wrong('192.0.2.1'))]);
    expect(withActivity(before, wrong('192.0.2.1'))).to.not.equal(before);
    expect(before[0]?.count).to.equal(1);
  });
});
