import { expect } from 'chai';
import { rememberingMatches } from '../../lib/vault/remembered-matches.js';
import type { StampMatch } from '../../lib/vault/remembered-matches.js';

type Asked = Parameters<StampMatch>;

/** Every digest is `digest of`, the account and the stamp; counts how often that is looked at. */
function counted() {
  const asked: Asked[] = [];
  const matches = rememberingMatches((...given) => {
    asked.push(given);
    return given[2] === `digest of ${given[0]} ${given[1]}`;
  });
  return { asked, matches };
}

describe('lib/vault/remembered-matches', () => {
  it('looks at the same digest of the same stamp once, and at each other one', () => {
    const { asked, matches } = counted();
    const alice: Asked = ['alice', '1', 'digest of alice 1'];
    const others: Asked[] = [
      ['bob', '1', 'digest of alice 1'],
      ['alice', '2', 'digest of alice 1'],
      ['alice', '1', 'digest of alice 2'],
      ['alice', '11', 'digest of alice '],
      ['alice', '', 'digest of alice 11'],
      ['alice', '', 'digest of alice 1'],
    ];
    for (let round = 0; round < 3; round++) {
      expect(matches(...alice)).to.equal(true);
      for (const other of others) expect(matches(...other), other.join()).to.equal(false);
    }
    expect(asked.filter((given) => given.join() === alice.join())).to.have.length(1);
    expect(asked).to.have.length(1 + 3 * others.length);
  });

  it('goes on with another stamp of the account, and with the one before', () => {
    const { matches } = counted();
    for (const stamp of ['1', '2', '1']) {
      expect(matches('alice', stamp, `digest of alice ${stamp}`)).to.equal(true);
      expect(matches('alice', stamp, `digest of alice ${stamp}x`)).to.equal(false);
    }
  });

  it('remembers 10 000 accounts, and forgets first whom it has known longest', () => {
    const { asked, matches } = counted();
    const ask = (account: string): boolean => matches(account, '1', `digest of ${account} 1`);
    for (let place = 0; place <= 10_000; place++) expect(ask(String(place))).to.equal(true);
    for (const place of ['1', '10000', '0']) ask(place);
    expect(asked.slice(10_001).map(([account]) => account)).to.deep.equal(['0']);
  });
});
