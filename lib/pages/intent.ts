import { LONGEST, cleanText } from '../account/clean-text.js';
import { bodyField } from '../answer/body-field.js';
import { clientOf, wantsHtml } from '../answer/negotiate.js';
import { safeReturnTo } from '../answer/return-to.js';
import type { StepUpPage } from '../page.js';
import type { Context } from '../session/context.js';
import { isUser } from '../session/state.js';
import type { RouteRefusal } from '../session/refusal.js';

/** What a user wanted to do when a fresh proof was asked for. It is done once they give it. */
export type Intent =
  | {
      readonly then: 'impersonation';
      readonly account: string;
      /** The name of the account; empty: unknown. */
      readonly name: string;
      /** The page where they wanted it; empty: unknown. */
      readonly cameFrom: string;
    }
  | { readonly then: 'setup'; readonly add: string; readonly name: string };

const NO_ORIGINS: ReadonlySet<string> = new Set();

/** Whether a browser can give the proof in a form of ours, and then do what it wanted. */
export function mayGoOn({ core, req, state }: Context, refusal: RouteRefusal): boolean {
  const isAsked = refusal.kind === 'guard' && refusal.location === `${core.options.basePath}/step-up`;
  // Scripts that insert answers into a page of their own are still redirected to the form.
  return isAsked && isUser(state) && wantsHtml(req) && clientOf(req) === 'browser';
}

/**
 * The hidden fields of the form for a fresh proof. The intent is kept only in this form. No other site can send the
 * form, and no cookie can plant the intent. When it is done, it is checked as if the user asked for it only then.
 */
export function readIntent({ req }: Context): Intent | null {
  if (!wantsHtml(req)) return null;
  const then = bodyField(req, 'then');
  if (then === 'setup') return { then, add: text(req, 'add'), name: text(req, 'name') };
  if (then !== 'impersonation') return null;
  const cameFrom = safeReturnTo(text(req, 'cameFrom'), NO_ORIGINS) ?? '';
  return { then, account: text(req, 'account'), name: cleanText(text(req, 'name'), LONGEST.by), cameFrom };
}

/** What the form says about an intent. */
export function nextOf(intent: Intent | null): StepUpPage['model']['next'] {
  return (
    intent && (intent.then === 'setup' ? { kind: 'setup' } : { kind: 'impersonation', account: intent.name })
  );
}

function text(req: Context['req'], name: string): string {
  const value = bodyField(req, name);
  return typeof value === 'string' ? value : '';
}
