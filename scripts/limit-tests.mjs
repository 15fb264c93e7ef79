/** Milliseconds: what hangs is noticed by its first test. */
const LIMIT = 8000;

/** Stryker takes mocha's limits off every test, and a mutant that hangs would take as long as all of its tests. */
export const mochaHooks = {
  beforeAll() {
    limit(this.test.parent);
  },
};

function limit(suite) {
  const hooks = ['_beforeAll', '_beforeEach', '_afterEach', '_afterAll'].flatMap((name) => suite[name]);
  for (const runnable of [...hooks, ...suite.tests]) {
    if (runnable.timeout() === 0) runnable.timeout(LIMIT);
  }
  for (const child of suite.suites) limit(child);
}
