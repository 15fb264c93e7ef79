import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { mayEnter, mayStay } from '../lib/impersonation/rules.js';
import type { ActorProof, Hop, Profile, RuleDecision } from '../lib/impersonation/rules.js';

/** The levels of the hosting panel that the table is printed for, highest first. */
export const LEVELS = ['root', 'admin', 'user'] as const;

const PROOFS = {
  'fresh proof': { verified: true, fresh: true },
  'proof too old': { verified: true, fresh: false },
  'code not given': { verified: false, fresh: true },
} as const satisfies Record<string, ActorProof>;

/** One cell of the matrix: a situation, and what the rules say of it. */
export interface Cell {
  /** Who signed in; the actor themselves at depth 0. */
  readonly first: string;
  readonly actor: string;
  readonly target: string;
  /** Whether who signed in has a second factor. */
  readonly actorFactor: boolean;
  readonly targetFactor: boolean;
  readonly proof: keyof typeof PROOFS;
  /** 0: as themselves; 1: already acting as an account that the actor's level is of. */
  readonly depth: 0 | 1;
  /** What the application's `canActAs` says. */
  readonly canActAs: boolean;
  readonly enter: RuleDecision;
  readonly stay: RuleDecision;
}

/** Every situation there is. */
export function matrix(): Cell[] {
  const cells: Cell[] = [];
  for (const depth of [0, 1] as const)
    for (const first of depth === 0 ? [undefined] : LEVELS)
      for (const actor of LEVELS)
        for (const target of LEVELS)
          for (const actorFactor of [false, true])
            for (const targetFactor of [false, true])
              for (const proof of Object.keys(PROOFS) as Cell['proof'][])
                for (const canActAs of [true, false])
                  cells.push(
                    cell({
                      first: first ?? actor,
                      actor,
                      target,
                      actorFactor,
                      targetFactor,
                      proof,
                      depth,
                      canActAs,
                    }),
                  );
  return cells;
}

function cell(situation: Omit<Cell, 'enter' | 'stay'>): Cell {
  const { first, actor, target, actorFactor, targetFactor, proof, depth, canActAs } = situation;
  const firstParty: Profile = { id: 'first', level: first, enrolled: actorFactor };
  const hop: Hop = {
    first: firstParty,
    // Who is acted as has no second factor: acting as them would have ended.
    actor: depth === 0 ? firstParty : { id: 'actor', level: actor, enrolled: false },
    target: { id: 'target', level: target, enrolled: targetFactor },
    levels: LEVELS,
    allowed: canActAs,
  };
  return { ...situation, enter: mayEnter(hop, PROOFS[proof]), stay: mayStay(hop, PROOFS[proof]) };
}

/** The part of the matrix that people ask about, as a Markdown table. */
export function markdown(): string {
  const cells = matrix().filter(({ canActAs, depth }) => canActAs && depth === 0);
  const columns: [string, (cell: Cell) => boolean][] = [
    ['neither has a second factor', (c) => !c.actorFactor && !c.targetFactor && c.proof === 'fresh proof'],
    [
      'actor has one, proved ≤ 15 min ago',
      (c) => c.actorFactor && !c.targetFactor && c.proof === 'fresh proof',
    ],
    ['actor’s proof is older', (c) => c.actorFactor && !c.targetFactor && c.proof === 'proof too old'],
    ['target has one', (c) => c.targetFactor && !c.actorFactor && c.proof === 'fresh proof'],
    ['both have one', (c) => c.targetFactor && c.actorFactor && c.proof === 'fresh proof'],
  ];
  const rows = LEVELS.flatMap((actor) =>
    LEVELS.map((target) => {
      const row = cells.filter((c) => c.actor === actor && c.target === target);
      const entries = columns.map(([, select]) => said(row.find(select)?.enter));
      return `| ${actor} → ${target} | ${entries.join(' | ')} |`;
    }),
  );
  return [
    `| | ${columns.map(([title]) => title).join(' | ')} |`,
    `| --- |${' --- |'.repeat(columns.length)}`,
    ...rows,
  ].join('\n');
}

function said(ruled: RuleDecision | undefined): string {
  if (!ruled) return '';
  return ruled.ok ? '**yes**' : `\`${ruled.reason}\``;
}

const DOCUMENT = 'docs/impersonation.md';
const PLACE = /(<!-- matrix -->\n)[\s\S]*(<!-- \/matrix -->)/;

/** The document with the table of today in its place. */
export function documentWithMatrix(text: string): string {
  return text.replace(PLACE, (_, before: string, after: string) => `${before}${markdown()}\n${after}`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(DOCUMENT, documentWithMatrix(readFileSync(DOCUMENT, 'utf8')));
}
