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
