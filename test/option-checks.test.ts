import { inspect } from 'node:util';
import { expect } from 'chai';
import { checkOptions } from '../lib/check-options.js';
import { required } from './support/required-options.js';

describe('options that are functions', () => {
  for (const name of ['issuer', 'formFields', 'carry', 'language', 'ip', 'secure', 'clock'] as const) {
    it(`refuses a promise from ${name}, also one that rejects, and an asynchronous function from the start`, async () => {
      const unheard: unknown[] = [];
      const hear = (error: unknown): void => void unheard.push(error);
      process.on('unhandledRejection', hear);
      try {
        // Bluebird and query builders give promises of their own.
        const foreign = {
          then(_done: unknown, fail: (error: Error) => void) {
            fail(new Error('away'));
          },
        };
        for (const promise of [Promise.resolve('x'), Promise.reject(new Error('away')), foreign]) {
          const asked = checkOptions({ ...required(), [name]: () => promise })[name] as (
            ...of: object[]
          ) => unknown;
          expect(() => asked({}, {})).to.throw(`${name} must answer at once, got a promise`);
        }
        await new Promise((resolve) => setImmediate(resolve));
      } finally {
        process.off('unhandledRejection', hear);
      }
      expect(unheard).to.deep.equal([]);
      const asynchronous = { ...required(), [name]: async () => Promise.resolve() };
      expect(() => checkOptions(asynchronous))
        .to.throw(`${name} must answer at once, got a promise`)
        .with.property('code', 'option-invalid');
    });
  }

  const FUNCTIONS = [
    ...([
      'account',
      'findUser',
      'findAccountByName',
      'setEnrolled',
      'onSignedIn',
      'render',
      'layout',
    ] as const),
    ...(['policy', 'notify', 'issuer', 'formFields', 'carry', 'language', 'ip', 'secure', 'clock'] as const),
  ];
  const ANSWERED_AT_ONCE: readonly string[] = FUNCTIONS.slice(-7);
  const given = (name: (typeof FUNCTIONS)[number], give: () => unknown): ((...of: object[]) => unknown) => {
    const { layout: _layout, ...options } = { ...required(), layout: undefined };
    return checkOptions({ ...options, [name]: give })[name] as (...of: object[]) => unknown;
  };
  const thrownBy = async (act: () => unknown): Promise<unknown> => {
    try {
      await act();
    } catch (thrown) {
      return thrown;
    }
    throw new Error('nothing was thrown');
  };

  for (const name of FUNCTIONS) {
    it(`hands on what ${name} throws, and makes an error of what callbacks take for none, or for an order`, async () => {
      const rejects = !ANSWERED_AT_ONCE.includes(name);
      for (const value of [undefined, null, false, 0, '', 'route', 'router', 'away', new Error('away')]) {
        const isError = value === 'away' || value instanceof Error;
        const throwing = given(name, () => {
          throw value as Error;
        });
        const rejecting = given(name, () => Promise.reject(value as Error));
        const hidden = given(name, () => ({
          get then(): unknown {
            throw value as Error;
          },
        }));
        for (const asked of rejects ? [throwing, rejecting, hidden] : [throwing, hidden]) {
          const thrown = await thrownBy(() => asked({}, {}));
          if (isError) expect(thrown).to.equal(value);
          else {
            expect(thrown).to.be.an('error').with.property('cause', value);
            expect((thrown as Error).message).to.equal(`${name} threw ${inspect(value)}`);
          }
        }
      }
    });
  }

  for (const name of ['account', 'findUser', 'onSignedIn', 'policy'] as const) {
    it(`waits for whatever await waits for from ${name}, once`, async () => {
      let runs = 0;
      // A query that runs when it is awaited, and a function that is one.
      const query = {
        then(done: (value: string) => void) {
          runs++;
          setImmediate(done, 'said');
        },
      };
      for (const said of [query, Object.assign(() => undefined, query)]) {
        runs = 0;
        expect(await given(name, () => said)({}, {})).to.equal('said');
        expect(runs).to.equal(1);
      }
    });
  }

  it('takes only true for the permission of canActAs, and refuses what merely counts as true', async () => {
    const allowed = (said: unknown): Promise<boolean> => {
      const impersonation = { levels: ['root', 'user'], canActAs: () => said };
      const someone = { id: '1', name: 'one', level: 'root' };
      return checkOptions({ ...required(), impersonation }).impersonation!.canActAs(someone, someone);
    };
    expect(await allowed(true)).to.equal(true);
    expect(await allowed(Promise.resolve(true))).to.equal(true);
    for (const no of [false, undefined, null, 0, '']) expect(await allowed(no)).to.equal(false);
    // A query that runs when it is awaited, and finds nothing.
    const query = {
      then(done: (rows: unknown[]) => void) {
        done([]);
      },
    };
    const asynchronous = Object.assign(() => false, { [Symbol.asyncIterator]: () => undefined });
    for (const said of [[], query, { rows: [] }, asynchronous, 'no', 1]) {
      const thrown = await thrownBy(() => allowed(said));
      expect(thrown).to.have.property('code', 'option-invalid');
      expect((thrown as Error).message).to.match(/^impersonation\.canActAs must return true or false, got /);
    }
  });

  it('carries what JSON can hold, as it holds it, and refuses what no session could store', () => {
    const carried = (said: unknown): unknown =>
      checkOptions({ ...required(), carry: () => said }).carry({} as never);
    const cart = { items: [1], at: new Date(0) };
    expect(carried(cart)).to.deep.equal({ items: [1], at: '1970-01-01T00:00:00.000Z' });
    expect(carried(undefined)).to.equal(undefined);
    expect(carried(null)).to.equal(null);
    const circle: Record<string, unknown> = {};
    circle.circle = circle;
    for (const said of [circle, 7n]) {
      expect(() => carried(said)).to.throw('carry must return a value that JSON can represent');
    }
  });
});
