import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { mayEnter, mayEnterNobody, mayStay } from '../../lib/impersonation/rules.js';
import type { Hop, Profile } from '../../lib/impersonation/rules.js';
import type { Cell } from '../../scripts/impersonation-matrix.js';
import { documentWithMatrix, matrix } from '../../scripts/impersonation-matrix.js';

/** Who is below whom, written down and not computed. */
const BELOW: Record<string, readonly string[]> = { root: ['admin', 'user'], admin: ['user'], user: [] };

describe('impersonation/rules', () => {
  describe('the matrix', () => {
    for (const [place, cell] of matrix().entries()) {
      it(`${verb(cell)} ${title(cell)}`, () => {
        const { enter, stay } = matrix()[place]!;
        expect(enter, 'entering').to.deep.equal(expected(cell, true));
        expect(stay, 'staying').to.deep.equal(expected(cell, false));
      });
    }

    it('holds every situation once', () => {
      const titles = matrix().map(title);
      // (3 + 9) pairs of levels above, 3 targets, 2 × 2 factors, 3 proofs, 2 answers of canActAs
      expect(titles).to.have.length((3 + 9) * 3 * 4 * 3 * 2);
      expect(new Set(titles).size).to.equal(titles.length);
    });

    it('is printed in the documentation as it is', () => {
      const text = readFileSync('docs/impersonation.md', 'utf8');
      expect(text).to.contain('| root → admin | **yes** |');
      expect(documentWithMatrix(text), 'run npm run docs:matrix').to.equal(text);
    });
  });

  const profile = (id: string, level: string | null, enrolled = false): Profile => ({ id, level, enrolled });
  const root = profile('root', 'root');
  const fresh = { verified: true, fresh: true };
  const hop = (more: Partial<Hop>): Hop => ({
    first: root,
    actor: root,
    target: profile('alice', 'user'),
    levels: ['root', 'admin', 'user'],
    allowed: true,
    ...more,
  });

  it('lets no account without a level take part', () => {
    const unknown = { ok: false, reason: 'level-unknown' };
    expect(mayEnter(hop({ target: profile('x', null) }), fresh)).to.deep.equal(unknown);
    expect(mayEnter(hop({ target: profile('x', 'guest') }), fresh)).to.deep.equal(unknown);
    expect(mayEnter(hop({ actor: profile('x', null) }), fresh)).to.deep.equal(unknown);
    expect(mayStay(hop({ first: profile('x', 'gone') }), fresh)).to.deep.equal(unknown);
  });

  it('evaluates a hop for who signed in as well: a demoted first actor gets no further', () => {
    const first = profile('root', 'user');
    const admin = profile('admin', 'admin');
    expect(mayStay(hop({ first, actor: admin }), fresh)).to.deep.equal({ ok: false, reason: 'not-below' });
  });

  it('has only those act as anybody who have a level above the lowest', () => {
    const levels = ['root', 'admin', 'user'];
    expect(mayEnterNobody('root', levels)).to.equal(null);
    expect(mayEnterNobody('admin', levels)).to.equal(null);
    expect(mayEnterNobody('user', levels)).to.equal('not-below');
    expect(mayEnterNobody('guest', levels)).to.equal('level-unknown');
    expect(mayEnterNobody(null, levels)).to.equal('level-unknown');
  });

  it('goes by the order of the levels it is given', () => {
    const levels = ['owner', 'reseller', 'customer', 'mailbox'];
    const owner = profile('o', 'owner');
    const customer = profile('c', 'customer');
    const down = hop({ first: owner, actor: owner, target: customer, levels });
    const up = hop({ first: customer, actor: customer, target: owner, levels });
    expect(mayEnter(down, fresh).ok).to.equal(true);
    expect(mayEnter(up, fresh).ok).to.equal(false);
  });
});

function expected(
  { first, actor, target, actorFactor, targetFactor, proof, canActAs }: Cell,
  entering: boolean,
) {
  const below = BELOW[first]?.includes(target) && BELOW[actor]?.includes(target);
  if (!below) return { ok: false, reason: 'not-below' };
  if (targetFactor) return { ok: false, reason: 'target-has-second-factor' };
  if (actorFactor && proof === 'code not given') return { ok: false, reason: 'actor-not-verified' };
  if (!canActAs) return { ok: false, reason: 'not-allowed' };
  return entering && proof === 'proof too old' ? { ok: false, reason: 'proof-too-old' } : { ok: true };
}

function verb({ enter }: Cell): string {
  return enter.ok ? 'lets' : 'refuses';
}

function title(cell: Cell): string {
  const factor = (has: boolean): string => (has ? 'with' : 'without');
  const who = cell.depth === 0 ? cell.actor : `${cell.first} acting as ${cell.actor}`;
  const says = cell.canActAs ? 'allowed' : 'not allowed';
  return `${who} ${factor(cell.actorFactor)} factor, ${cell.proof}, → ${cell.target} ${factor(cell.targetFactor)} factor, ${says}`;
}
