import { resolve } from 'node:path';
import { storeContract } from '../testing/store-contract.js';
import type { Store } from '../vault/store.js';
import { ConsoleError, EXIT } from './exit-code.js';
import type { ExitCode } from './exit-code.js';
import { CALL_MILLISECONDS, inTime } from './in-time.js';
import { loadDefaultExport, messageOf } from './load-default-export.js';
import type { Command } from './parse-command.js';
import type { Terminal } from './run.js';

/** Longest wait for one rule: some hundred calls, one after the other, of a database that is far away. */
const RULE_MILLISECONDS = 120_000;
const METHODS = ['get', 'compareAndSet', 'list'] as const;

/** How one rule of the contract came out; `late`: given up. */
interface Outcome {
  readonly rule: string;
  readonly result: 'holds' | 'broken' | 'late';
  readonly reason?: string;
}

/**
 * `store-contract <module>`: tries every rule of the contract on the database that the application's own store
 * opens. The module's default export is a store, or a function that makes one: on the same database each time,
 * since some rules look through two of them. Every store is closed.
 *
 * @param limit how long one rule may take, in milliseconds; after one that takes longer no other is tried
 * @returns exit code 1 when a rule does not hold
 * @throws {ConsoleError} exit code 2 when the module gives no store, 3 when it gives none in time
 */
export async function tryStore(
  command: Command,
  terminal: Terminal,
  directory: string,
  limit = RULE_MILLISECONDS,
): Promise<ExitCode> {
  const file = resolve(directory, command.module);
  const loaded = await loadDefaultExport('module', file, command, directory, isStoreOrMaker);
  const trouble = `the function in ${file} made no store`;
  const store = await inTime(firstStore(loaded, file), CALL_MILLISECONDS, trouble);
  const make = typeof loaded === 'function' ? (loaded as () => Store) : () => unclosed(store);

  const rules = storeContract(make, { sharedBackend: true });
  const tasks = [...rules, { title: 'closes', run: async () => store.close?.() }];
  const outcomes: Outcome[] = [];
  for (const { title, run } of tasks) {
    const outcome = await tried(title, run, limit);
    outcomes.push(outcome);
    if (!command.json) terminal.print(line(outcome));
    if (outcome.result === 'late') break;
  }
  const broken = outcomes.filter(({ result }) => result !== 'holds').length;
  const untried = tasks.length - outcomes.length;
  terminal.print(
    command.json ? JSON.stringify({ outcomes, broken, untried }) : summary(tasks.length, broken, untried),
  );
  return broken === 0 ? EXIT.done : EXIT.refused;
}

/** A first store of the module, open: whether there is one is asked before any rule is tried. */
async function firstStore(loaded: unknown, file: string): Promise<Store> {
  let store = loaded;
  try {
    if (typeof loaded === 'function') store = await (loaded as () => unknown)();
  } catch (error) {
    throw new ConsoleError(EXIT.usage, `the function in ${file} made no store: ${messageOf(error)}`);
  }
  if (isStore(store)) return store;
  throw new ConsoleError(
    EXIT.usage,
    `the default export of ${file} must be a store, with ${METHODS.join(', ')}, or a function that makes one; ` +
      `got ${described(store)}`,
  );
}

/** The same store, for rules that close what they were given. */
function unclosed(store: Store): Store {
  return {
    get: (accountId) => store.get(accountId),
    compareAndSet: (accountId, expected, next) => store.compareAndSet(accountId, expected, next),
    list: () => store.list(),
  };
}

async function tried(rule: string, run: () => Promise<void>, limit: number): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((done) => {
    const reason = `gave up after ${String(limit / 1000)} s without an answer`;
    timer = setTimeout(done, limit, { rule, result: 'late', reason });
  });
  const outcome = run().then(
    (): Outcome => ({ rule, result: 'holds' }),
    (error: unknown): Outcome => ({ rule, result: 'broken', reason: messageOf(error) }),
  );
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}

function line({ rule, result, reason }: Outcome): string {
  if (result === 'holds') return `ok      ${rule}`;
  return `BROKEN  ${rule}\n${(reason ?? '').trimEnd().replace(/^/gm, '          ')}`;
}

function summary(rules: number, broken: number, untried: number): string {
  if (broken === 0) return `all ${String(rules)} rules hold`;
  const rest = untried === 0 ? '' : `, ${String(untried)} not tried`;
  return `${String(broken)} of ${String(rules)} rules broken${rest}`;
}

function isStoreOrMaker(value: unknown): boolean {
  return typeof value === 'function' || isStore(value);
}

function isStore(value: unknown): value is Store {
  return typeof value === 'object' && value !== null && missingMethods(value).length === 0;
}

function missingMethods(value: object): string[] {
  return METHODS.filter((method) => typeof (value as Record<string, unknown>)[method] !== 'function');
}

function described(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? `object without ${missingMethods(value).join(', ')}` : typeof value;
}
