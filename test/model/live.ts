import { isDeepStrictEqual } from 'node:util';
import { apply } from './apply.js';
import { actOf, copyCookies, forgetTyped } from './command.js';
import type { Act, Command } from './command.js';
import type { DrivenPanel } from './driven-panel.js';
import { JARS } from './histories.js';
import { judge } from './judge.js';
import { see } from './see.js';
import type { Seen } from './see.js';
import { cookiesOf, endSession, newWorld } from './world.js';
import type { Made, World } from './world.js';

/** 1 January 2031, where a time step begins. */
export const BEGIN = 1_924_992_000_000;

/**
 * Lives a history on the panel and in the model; after every step each browser must see what the model says.
 * After things that happened at once several worlds may be possible: one of them must go on to fit.
 *
 * @returns the steps that were lived
 * @throws when the panel does what no world allows
 */
export async function live(panel: DrivenPanel, history: readonly Command[]): Promise<number> {
  panel.reset(JARS);
  panel.now = BEGIN;
  forgetTyped();
  let worlds = [newWorld(BEGIN, JARS)];
  let steps = 0;
  for (const command of history) {
    const next = await step(panel, worlds, command);
    const seen: Seen[] = [];
    for (let jar = 0; jar < JARS; jar++) seen.push(await panel.look(jar));
    const fitting = next.worlds.filter((world) => {
      return isDeepStrictEqual(
        world.jars.map((_, jar) => see(world, jar)),
        seen,
      );
    });
    steps += command.do === 'together' ? command.all.length : 1;
    if (fitting.length === 0) throw new Error(report(steps, command, next, seen));
    worlds = fitting.slice(0, 16);
  }
  return steps;
}

interface Stepped {
  readonly worlds: World[];
  /** What the panel answered, and what the possible worlds would have. */
  readonly told: string;
}

async function step(panel: DrivenPanel, worlds: World[], command: Command): Promise<Stepped> {
  if (command.do === 'together') {
    return together(
      panel,
      worlds,
      command.all.map((each) => actOf(first(worlds), each)),
    );
  }
  if (command.do === 'wait') {
    panel.now += command.seconds * 1000;
    for (const world of worlds) world.now = panel.now;
  } else if (command.do === 'copy') {
    panel.copy(command.from, command.to);
    for (const world of worlds) copyCookies(world, command.from, command.to);
  } else if (command.do === 'clear') {
    panel.clear(command.jar);
    for (const world of worlds) Object.assign(cookiesOf(world, command.jar), { session: null, browsers: {} });
  } else return alone(panel, worlds, actOf(first(worlds), command));
  return { worlds, told: '' };
}

async function alone(panel: DrivenPanel, worlds: World[], act: Act): Promise<Stepped> {
  const came = await panel.do(act);
  const expected = worlds.map((world) => apply(world, act, came.made));
  const told = `${JSON.stringify(act)}: ${came.outcome}, expected ${expected.join(' or ')}`;
  return { worlds: worlds.filter((_, place) => expected[place] === came.outcome), told };
}

/**
 * How a request may meet the others of its moment: after some and before others, as if they had come in that
 * order; with the session as it was before them all, which express-session reads once; or so, but with the
 * session found ended when it was to be moved: then what it did to the account stands, and nobody is there. What
 * was overtaken did so before an other ended its session. Who sets a password is asked for once more after it was
 * hashed: when they are less by then they are refused, and nothing is done. Who disables by a recovery code first spends
 * it, and with it the codes of that minute: a code between that and the end of the factor is refused, and nothing is done.
 */
type Meeting = 'in-order' | 'early' | 'ended' | 'overtaken' | 'less-by-then' | 'spent-by-then';
const MEETINGS: readonly Meeting[] = ['in-order', 'early', 'ended', 'overtaken', 'less-by-then'];

/** All that some order allows. */
async function together(panel: DrivenPanel, worlds: World[], acts: readonly Act[]): Promise<Stepped> {
  const came = await Promise.all(acts.map((act) => panel.do(act)));
  const told = acts.map((act, place) => `${JSON.stringify(act)}: ${came[place]?.outcome ?? ''}`).join('; ');
  const all = acts.map((act, place) => ({ act, came: came[place]! }));
  const spends = acts.some((act) => act.do === 'code' && act.door === 'disable' && act.typed.length > 6);
  const kinds: readonly Meeting[] = spends ? [...MEETINGS, 'spent-by-then'] : MEETINGS;
  const possible = worlds.flatMap((world) =>
    permutations(all).flatMap((order) =>
      choices(order.length, kinds).flatMap((meetings) => {
        const copy = structuredClone(world);
        const fits = order.every(({ act, came: { outcome, made } }, place) => {
          const meeting = meetings[place] ?? 'in-order';
          if (meeting === 'spent-by-then') return act.do === 'code' && outcome === 'code-already-used';
          const expected = meet(copy, world, meeting, act, made);
          return (expected === 'ok') === (outcome === 'ok');
        });
        const overtaken = order.filter((_, place) => meetings[place] === 'overtaken');
        const ended = overtaken.every(({ act }) => !sessionBefore(world, act, copy));
        const less = order.filter((_, place) => meetings[place] === 'less-by-then');
        const fell = less.every(
          ({ act }) =>
            ['edit', 'change-password'].includes(act.do) &&
            'jar' in act &&
            stateOf(world, act.jar) !== stateOf(copy, act.jar),
        );
        return fits && ended && fell ? [copy] : [];
      }),
    ),
  );
  return { worlds: different(possible), told };
}

/** What a session is when it is looked at. */
function stateOf(world: World, jar: number): string | undefined {
  return judge(structuredClone(world), jar).session?.state;
}

/** What became of the session that an act began with. */
function sessionBefore(before: World, act: Act, world: World): unknown {
  const id = 'jar' in act ? cookiesOf(before, act.jar).session : null;
  return id === null ? undefined : world.sessions[id];
}

function meet(world: World, before: World, meeting: Meeting, act: Act, made: Made): string {
  if (meeting === 'less-by-then') return 'login-required';
  const id = 'jar' in act ? cookiesOf(before, act.jar).session : null;
  const read = id === null ? undefined : before.sessions[id];
  if (meeting === 'in-order' || !('jar' in act) || id === null || !read) return apply(world, act, made);
  const sessions = structuredClone(world.sessions);
  const present = sessions[id];
  const { browsers } = structuredClone(cookiesOf(world, act.jar));
  world.sessions[id] = structuredClone(read);
  const outcome = apply(world, act, made);
  if (meeting === 'overtaken') {
    Object.assign(world, { sessions });
    Object.assign(cookiesOf(world, act.jar), { session: null, browsers });
    return outcome === 'ok' ? 'sign-in-expired' : outcome;
  }
  if (present) return outcome;
  // What has ended is not written back.
  Reflect.deleteProperty(world.sessions, id);
  if (meeting === 'early') return outcome;
  // A browser is given what it is known by only where the sign-in holds.
  Object.assign(cookiesOf(world, act.jar), { browsers });
  endSession(world, act.jar);
  return 'sign-in-expired';
}

function choices(length: number, kinds: readonly Meeting[]): Meeting[][] {
  if (length === 0) return [[]];
  return choices(length - 1, kinds).flatMap((rest) => kinds.map((meeting) => [...rest, meeting]));
}

function different(worlds: readonly World[]): World[] {
  return [...new Map(worlds.map((world) => [JSON.stringify(world), world])).values()];
}

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length <= 1) return [[...all]];
  return all.flatMap((each, place) =>
    permutations(all.filter((_, other) => other !== place)).map((rest) => [each, ...rest]),
  );
}

function first(worlds: readonly World[]): World {
  const [world] = worlds;
  if (!world) throw new Error('no world is left');
  return world;
}

function report(steps: number, command: Command, { worlds, told }: Stepped, seen: readonly Seen[]): string {
  const expected = worlds.map((world) => world.jars.map((_, jar) => see(world, jar)));
  const differences = expected.map((world) =>
    world.flatMap((jar, place) => {
      const actual = seen[place];
      return isDeepStrictEqual(jar, actual)
        ? []
        : [`jar ${String(place)}: ${JSON.stringify(actual)}, expected ${JSON.stringify(jar)}`];
    }),
  );
  return [`step ${String(steps)}, ${JSON.stringify(command)}`, told, ...differences.flat()].join('\n');
}
