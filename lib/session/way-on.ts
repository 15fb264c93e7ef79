import type { ParkedState } from './state.js';

/** Where a parked sign-in goes on: the code form, or the set-up form. */
export function wayOn(basePath: string, parked: Waiting): string {
  if (parked.state === 'pending') return `${basePath}/verify`;
  return parked.keysOnly === true ? `${basePath}/security-keys` : `${basePath}/setup`;
}

/** What a parked sign-in waits for, as the code of a problem document. */
export function codeOfParked({ state }: Pick<ParkedState, 'state'>): 'code-required' | 'enrollment-required' {
  return state === 'pending' ? 'code-required' : 'enrollment-required';
}

/** What a parked sign-in waits for. */
type Waiting =
  | { readonly state: 'pending' }
  | { readonly state: 'must-enroll'; readonly keysOnly?: boolean | undefined };
