import type { ParkedState } from './state.js';

/** Where a parked sign-in goes on: the code form, or the set-up form. */
export function wayOn(basePath: string, { state }: Pick<ParkedState, 'state'>): string {
  return state === 'pending' ? `${basePath}/verify` : `${basePath}/setup`;
}

/** What a parked sign-in is waiting for, as a code of a problem document. */
export function codeOfParked({ state }: Pick<ParkedState, 'state'>): 'code-required' | 'enrollment-required' {
  return state === 'pending' ? 'code-required' : 'enrollment-required';
}
