import { isLeftOut } from '../answer/body-field.js';

/**
 * Whether a form is of a page that was made for an account. A form that names none is of any page.
 *
 * @param from the field `from` of the form: the id of the account that its page was made for; may be of any type
 */
export function pageOf(account: string, from: unknown): 'this' | 'another' | 'malformed' {
  if (isLeftOut(from)) return 'this';
  if (typeof from !== 'string' && typeof from !== 'number') return 'malformed';
  return String(from) === account ? 'this' : 'another';
}
