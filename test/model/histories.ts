import fc from 'fast-check';
import type { Command, Door, Single } from './command.js';
import { ACCOUNTS, LEVELS } from './world.js';

/** Browsers of a history; some become copies of others. */
export const JARS = 3;

const jar = fc.nat({ max: JARS - 1 });
const account = fc.constantFrom(...ACCOUNTS);
const password = fc.oneof(
  { weight: 9, arbitrary: fc.constant('right' as const) },
  { weight: 1, arbitrary: fc.constant('wrong' as const) },
);
const owner = fc.oneof(
  { weight: 6, arbitrary: fc.constant('own' as const) },
  { weight: 1, arbitrary: account },
);
const typed = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      of: owner,
      phone: fc.nat({ max: 1 }),
      steps: fc.constantFrom(0, 0, 0, 1, -1, 2, -2),
    }),
  },
  { weight: 3, arbitrary: fc.record({ of: owner, recovery: fc.nat({ max: 2 }) }) },
  { weight: 3, arbitrary: fc.constant('wrong' as const) },
  { weight: 1, arbitrary: fc.constant('wrong-recovery' as const) },
  { weight: 2, arbitrary: fc.constant('again' as const) },
);
const door = fc.constantFrom<Door[]>('verify', 'verify', 'verify', 'step-up', 'disable', 'recovery-codes');
const steps = fc.constantFrom(0, 0, 0, 0, 0, 0, 1, -1, 3, -5, 6, 50);
const seconds = fc.constantFrom(
  1,
  20,
  30,
  30,
  60,
  90,
  290,
  310,
  600,
  890,
  910,
  1800,
  3600,
  7200,
  90_000,
  -15,
  -45,
  -90,
);

const single: fc.Arbitrary<Single> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: is('sign-in'), jar, account, password }) },
  { weight: 8, arbitrary: fc.record({ do: is('code'), jar, typed, door, remember: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: is('set-up'), jar, add: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: is('confirm'), jar, typed: fc.oneof({ weight: 8, arbitrary: steps }, typed) }),
  },
  { weight: 1, arbitrary: fc.record({ do: is('remove-phone'), jar, phone: fc.nat({ max: 2 }) }) },
  { weight: 5, arbitrary: fc.record({ do: is('act-as'), jar, account }) },
  { weight: 2, arbitrary: fc.record({ do: is('leave'), jar }) },
  { weight: 1, arbitrary: fc.record({ do: is('cancel'), jar }) },
  { weight: 1, arbitrary: fc.record({ do: is('cancel-set-up'), jar }) },
  { weight: 1, arbitrary: fc.record({ do: is('sign-out'), jar }) },
  { weight: 1, arbitrary: fc.record({ do: is('revoke-browsers'), jar }) },
  { weight: 2, arbitrary: fc.record({ do: is('change-password'), jar, current: password }) },
  { weight: 2, arbitrary: fc.record({ do: is('edit'), jar, account }) },
  { weight: 1, arbitrary: fc.record({ do: is('disable'), account }) },
  { weight: 1, arbitrary: fc.record({ do: is('unlock'), account }) },
  { weight: 1, arbitrary: fc.record({ do: is('operator-revokes'), account }) },
  { weight: 1, arbitrary: fc.record({ do: is('level'), account, level: fc.constantFrom(...LEVELS) }) },
  { weight: 1, arbitrary: fc.record({ do: is('delete'), account }) },
  { weight: 2, arbitrary: fc.record({ do: is('restore'), account }) },
);

const jarOf = (one: Single): number | undefined => ('jar' in one ? one.jar : undefined);
const together = fc
  .uniqueArray(single, { minLength: 2, maxLength: 3, selector: jarOf, comparator: differs })
  .map((all): Command => ({ do: 'together', all }));

/** Two requests of one browser would race for its cookie; its copies race for its session. */
function differs(a: number | undefined, b: number | undefined): boolean {
  return a === b && a !== undefined;
}

/** Enabling in one go, or histories would seldom come that far. */
const enabling = fc.tuple(jar, account).map(([jar, account]): Command[] => [
  { do: 'sign-in', jar, account, password: 'right' },
  { do: 'set-up', jar, add: false },
  { do: 'confirm', jar, typed: 0 },
  { do: 'wait', seconds: 30 },
]);
/** Both steps in one go. */
const entering = fc.tuple(jar, account, fc.boolean()).map(([jar, account, remember]): Command[] => [
  { do: 'wait', seconds: 30 },
  { do: 'sign-in', jar, account, password: 'right' },
  { do: 'code', jar, door: 'verify', typed: { of: account, phone: 0, steps: 0 }, remember },
]);
/** A code, mostly a new one, at any door. */
const proving = fc.tuple(jar, door, typed, fc.boolean()).map(([jar, door, typed, remember]): Command[] => [
  { do: 'wait', seconds: 30 },
  { do: 'code', jar, door, typed, remember },
]);
/** A phone added or replaced. */
const changing = fc.tuple(jar, fc.boolean()).map(([jar, add]): Command[] => [
  { do: 'wait', seconds: 30 },
  { do: 'code', jar, door: 'step-up', typed: { of: 'own', phone: 0, steps: 0 } },
  { do: 'set-up', jar, add },
  { do: 'confirm', jar, typed: 0 },
]);
/** Copies of one session that race. */
const copying = fc
  .tuple(jar, jar, fc.array(single, { minLength: 2, maxLength: 2 }))
  .map(([from, to, pair]): Command[] => {
    const [first, second] = pair.map((one, place) =>
      'jar' in one ? { ...one, jar: place ? to : from } : one,
    );
    if (!first || !second || from === to) return [];
    return [
      { do: 'copy', from, to },
      { do: 'together', all: [first, second] },
    ];
  });
/** Guessing, so that waits are met. */
const guessing = fc
  .tuple(jar, account)
  .map(([jar, account]): Command[] => [
    { do: 'sign-in', jar, account, password: 'right' },
    ...Array.from({ length: 5 }, (): Command => ({ do: 'code', jar, door: 'verify', typed: 'wrong' })),
  ]);

const one = (command: Command): Command[] => [command];
const few: fc.Arbitrary<Command[]> = fc.oneof(
  { weight: 30, arbitrary: single.map(one) },
  { weight: 5, arbitrary: together.map(one) },
  { weight: 5, arbitrary: seconds.map((given) => one({ do: 'wait', seconds: given })) },
  { weight: 3, arbitrary: fc.record({ do: is('copy'), from: jar, to: jar }).map(one) },
  { weight: 1, arbitrary: fc.record({ do: is('clear'), jar }).map(one) },
  { weight: 8, arbitrary: enabling },
  { weight: 10, arbitrary: entering },
  { weight: 10, arbitrary: proving },
  { weight: 4, arbitrary: changing },
  { weight: 6, arbitrary: copying },
  { weight: 1, arbitrary: guessing },
);

/** Histories of a panel, of about so many steps. */
export function histories(length: number): fc.Arbitrary<Command[]> {
  return fc
    .array(few, { minLength: length / 2, maxLength: length, size: 'max' })
    .map((parts) => parts.flat());
}

function is<Name extends string>(name: Name): fc.Arbitrary<Name> {
  return fc.constant(name);
}
