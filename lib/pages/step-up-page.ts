import type { Wait } from '../page.js';
import { keysIn } from '../session/challenge.js';
import type { Context } from '../session/context.js';
import type { RouteRefusal } from '../session/refusal.js';
import { takesNoCode } from '../session/require-owner.js';
import { isUser } from '../session/state.js';
import { readStop } from '../session/stop-cookie.js';
import { waitOf } from '../session/wait.js';
import type { PageDraft } from './page-draft.js';
import { hiddenFields } from './page-drafts.js';
import { answer } from './answers.js';
import type { Intent } from './intent.js';
import { nextOf } from './intent.js';
import { keyPrompt } from './key-prompt.js';

/** Answers a browser with the form for a fresh proof, which then does what the user wanted. */
export function answerStepUp(context: Context, intent: Intent): Promise<void> {
  return answer(context, stepUpPage(context, { intent }), {});
}

/** Until when no codes of the signed-in account are checked. */
export function stepUpWait(context: Context): Wait | null {
  const { known, state } = context;
  return known?.factor && isUser(state) ? waitOf(context, known.account.id, known.factor) : null;
}

/** What the form may be about, besides the proof. */
interface StepUpParts {
  readonly refusal?: RouteRefusal;
  readonly intent?: Intent | null;
}

/** The form for a fresh proof. */
export function stepUpPage(context: Context, { refusal, intent = null }: StepUpParts = {}): PageDraft {
  const { basePath, homePath } = context.core.options;
  // What a guard stopped before is not what they wanted last.
  const stop = intent ? undefined : readStop(context);
  const key = keyPrompt(context, refusal === undefined);
  const stoppedByKey = stop?.byKey === true && keysIn(context, context.known?.factor) > 0;
  return {
    name: 'step-up',
    model: {
      action: `${basePath}/step-up`,
      home: homeOf(intent) ?? homePath,
      key,
      digits: context.known?.factor?.digits ?? [],
      keysOnly: key !== null && (takesNoCode(context) || stoppedByKey),
      notDone: stop?.stopped === 'form',
      wait: stepUpWait(context),
      next: nextOf(intent),
    },
    hidden: { ...hiddenFields(context).hidden, ...intent },
  };
}

/** Where Cancel leads: back to the page of what they wanted. */
function homeOf(intent: Intent | null): string | null {
  return intent?.then === 'impersonation' && intent.cameFrom !== '' ? intent.cameFrom : null;
}
