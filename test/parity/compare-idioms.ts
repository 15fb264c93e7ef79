import { expect } from 'chai';
import { AUTHENTICATE_IDIOMS } from './idioms/authenticate.js';
import { COOKIE_IDIOMS } from './idioms/cookie.js';
import { LOG_IN_IDIOMS } from './idioms/log-in.js';
import { SESSION_IDIOMS } from './idioms/session.js';
import { OPTIONAL_STORE_IDIOMS, STORE_IDIOMS } from './idioms/store.js';
import { DIFFERENCES } from './idioms/differences.js';
import type { Idiom } from './idiom.js';
import { runIdiom } from './run-idiom.js';
import type { Setting, Trace } from './run-idiom.js';

/** Runs every idiom with and without the package, and compares all that can be seen. */
export function compareIdioms(
  setting: Setting,
  lacks: readonly (keyof typeof OPTIONAL_STORE_IDIOMS)[] = [],
): void {
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
    for (const [idiom, bare, ours, why] of DIFFERENCES) {
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
