import { expect } from 'chai';
import { AUTHENTICATE_IDIOMS } from './idioms/authenticate.js';
import { COOKIE_IDIOMS } from './idioms/cookie.js';
import { LOG_IN_IDIOMS } from './idioms/log-in.js';
import { SESSION_IDIOMS } from './idioms/session.js';
import { OPTIONAL_STORE_IDIOMS, STORE_IDIOMS } from './idioms/store.js';
import { DIFFERENCES } from './idioms/differences.js';
import type { Idiom } from './idiom.js';
import { runIdiom } from './run-idiom.js';
import type { RunningStore } from './stores.js';
import { STORES } from './stores.js';
import type { Setting, Trace } from './run-idiom.js';

/** Runs every idiom on a session store with and without the package, and compares all that can be seen. */
export function compareOn(
  store: string,
  versions: readonly (readonly [express: 4 | 5, passport: 0.6 | 0.7])[],
): void {
  const kind = STORES[store];
  if (!kind) throw new Error(`there is no ${store}`);
  describe(`on ${store}`, () => {
    let running: RunningStore;
    before(async function () {
      // Servers and databases are made ready here, by programs of their own.
      this.timeout(0);
      running = await kind.open();
    });
    after(() => running.close());

    for (const [express, passport] of versions) {
      describe(`with Express ${String(express)} and Passport ${String(passport)}`, () => {
        compareIdioms({ express, passport, emptyStore: () => running.emptyStore() }, kind.lacks);
      });
    }
  });
}

function compareIdioms(setting: Setting, lacks: readonly (keyof typeof OPTIONAL_STORE_IDIOMS)[] = []): void {
  const optional = Object.entries(OPTIONAL_STORE_IDIOMS).filter(([name]) => !lacks.includes(name as 'all'));
  const idioms: Readonly<Record<string, readonly Idiom[]>> = {
    'calls of the session': SESSION_IDIOMS,
    'the cookie and the options': COOKIE_IDIOMS,
    'session store': [...STORE_IDIOMS, ...optional.flatMap(([, more]) => more)],
    'logIn and logOut': LOG_IN_IDIOMS,
    authenticate: AUTHENTICATE_IDIOMS,
  };
  for (const [area, table] of Object.entries(idioms)) {
    describe(area, () => {
      for (const idiom of table) {
        it(idiom[0], async () => {
          const bare = await runIdiom(idiom, setting, false);
          expect(await runIdiom(idiom, setting, true)).to.deep.equal(bare);
        });
      }
    });
  }

  describe('differs on purpose', () => {
    const there = DIFFERENCES.filter(([[title]]) => !lacks.some((name) => title.startsWith(`store.${name}`)));
    for (const [idiom, bare, ours, why] of there) {
      it(`${idiom[0]}: ${why}`, async () => {
        const seen = [await runIdiom(idiom, setting, false), await runIdiom(idiom, setting, true)];
        expect(seen.map(answerOf)).to.deep.equal([bare, ours]);
        expect(seen.map(({ process }) => process)).to.deep.equal([[], []]);
      });
    }
  });
}

/** What the route of an idiom answered. */
function answerOf({ answers }: Trace): unknown {
  return (answers as { body: object }[]).map(({ body }) => body).find((body) => !('user' in body));
}
