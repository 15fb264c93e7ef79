import { SecondFactorError } from '../errors.js';
import { isSpelledLike } from '../known-only.js';

/** Options of `req.logIn`, besides those of Passport and its strategies. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  whenCodeRequired: ['respond', 'error'],
  secondFactor: ['not-required'],
  firstStep: ['not-fresh'],
};

/**
 * Checks our own options of `req.logIn`. Others belong to Passport or a strategy, and are not refused here.
 *
 * @throws {SecondFactorError} `option-invalid`; `option-unknown` for a misspelled name of one of ours
 */
export function checkLogInOptions(options: object): void {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    const values = Object.hasOwn(OURS, name) ? OURS[name] : undefined;
    if (values && value !== undefined && !(values as readonly unknown[]).includes(value)) {
      const got = value === null ? 'null' : typeof value;
      const must = values.map((each) => `'${each}'`).join(' or ');
      throw new SecondFactorError('option-invalid', `${name} of req.logIn must be ${must}, got ${got}`);
    }
    const meant = values ? undefined : Object.keys(OURS).find((ours) => isSpelledLike(name, ours));
    if (meant !== undefined) {
      throw new SecondFactorError(
        'option-unknown',
        `unknown req.logIn option ${name}; did you mean ${meant}?`,
      );
    }
  }
}
