import { LONGEST, cleanText } from '../account/clean-text.js';
import { bodyField } from '../answer/body-field.js';
import { clientOf, wantsHtml } from '../answer/negotiate.js';
import { safeReturnTo } from '../answer/return-to.js';
import type { StepUpPage } from '../page.js';
import type { Context } from '../session/context.js';
import { isUser } from '../session/state.js';
import type { RouteRefusal } from '../session/refusal.js';

/** What somebody wanted to do when a fresh proof was asked for, and is done once it is given. */
export type Intent =
  | {
      readonly then: 'impersonation';
      readonly account: string;
      /** The name of the account; empty: not known. */
      readonly name: string;
      /** Where they wanted it; empty: not known. */
      readonly cameFrom: string;
    }
  | { readonly then: 'setup'; readonly add: string; readonly name: string };

const NO_ORIGINS: ReadonlySet<string> = new Set();

/** Whether a browser can give the proof that was asked for in a form of ours, and go on with what it wanted. */
export function mayGoOn({ core, req, state }: Context, refusal: RouteRefusal): boolean {
  const isAsked = refusal.kind === 'guard' && refusal.location === `${core.options.basePath}/step-up`;
  // Scripts that put an answer into a page of their own are sent to the form, as before.
  return isAsked && isUser(state) && wantsHtml(req) && clientOf(req) === 'browser';
}

/**
 * What the form of a fresh proof carries. It stands in the form and nowhere else: no other site can send that form, and no
 * cookie can plant it. What it asks for is checked as if it was asked for without it.
 */
export function readIntent({ req }: Context): Intent | null {
  if (!wantsHtml(req)) return null;
  const then = bodyField(req, 'then');
  if (then === 'setup') return { then, add: text(req, 'add'), name: text(req, 'name') };
  if (then !== 'impersonation') return null;
  const cameFrom = safeReturnTo(text(req, 'cameFrom'), NO_ORIGINS) ?? '';
  return { then, account: text(req, 'account'), name: cleanText(text(req, 'name'), LONGEST.by), cameFrom };
}

/** What the form is told of an intent. */
export function nextOf(intent: Intent | null): StepUpPage['model']['next'] {
  return (
    intent && (intent.then === 'setup' ? { kind: 'setup' } : { kind: 'impersonation', account: intent.name })
  );
}

function text(req: Context['req'], name: string): string {
  const value = bodyField(req, name);
  return typeof value === 'string' ? value : '';
}
