import { bodyField, isTicked } from '../answer/body-field.js';
import { canKnowBrowser } from '../session/browser-cookie.js';
import type { Context } from '../session/context.js';
import { now } from '../session/context.js';
import { askedOf, methodsOf } from '../sign-in/park.js';
import { wayOn } from '../session/way-on.js';
import { endParked } from '../sign-in/parked-user.js';
import { safeReturnTo } from '../answer/return-to.js';
import { wantsHtml } from '../answer/negotiate.js';
import type { Wait } from '../page.js';
import { redirect } from '../answer/redirect.js';
import { secondStep } from '../sign-in/second-step.js';
import { signIn } from '../sign-in/complete.js';
import type { RouteRefusal } from '../session/refusal.js';
import type { PendingState } from '../session/state.js';
import { presentedBy } from '../session/try-proof.js';
import { isParked } from '../session/state.js';
import { forgetStop, readStop } from '../session/stop-cookie.js';
import type { PageDraft } from './page-draft.js';
import { answer, answerOrRedirect, answerProblem, answerRefusal } from './answers.js';
import { waitOfParked } from '../session/wait.js';
import { waitJson } from './status.js';
import { answerRecovered } from './page-drafts.js';

/** GET /verify: the code form. */
export async function showVerify(context: Context): Promise<void> {
  const { state, core } = context;
  if (state?.state === 'pending') {
    const { until } = state;
    const wait = await waitOfParked(context, state);
    await answer(context, verifyPage(context, state, wait), {
      state: 'pending',
      until: new Date(until).toISOString(),
      methods: methodsOf(state),
      digits: state.digits,
      publicKey: askedOf(context, state),
      wait: waitJson(wait),
      serverTime: new Date(now(context)).toISOString(),
    });
  } else if (state) {
    const { basePath, homePath } = core.options;
    const location = state.state === 'must-enroll' ? wayOn(basePath, state) : homePath;
    answerOrRedirect(context, location, { state: state.state });
  } else if (wantsHtml(context.req)) {
    redirect(context.req, context.res, core.options.loginPath);
  } else {
    await answerProblem(context, context.expired ? 'sign-in-expired' : 'login-required');
  }
}

/** POST /verify `{ code or credential, rememberBrowser? }`: the second step. */
export async function postVerify(context: Context): Promise<void> {
  const { state, core, req } = context;
  if (state?.state === 'must-enroll') {
    await answerProblem(context, 'enrollment-required');
    return;
  }
  if (state && state.state !== 'pending') {
    const { homePath } = core.options;
    // A second click finds what the first one did. Any other sign-in is not the one that the code is for.
    if (state.state === 'verified' || wantsHtml(req))
      answerOrRedirect(context, homePath, { state: state.state, returnTo: homePath });
    else await answerProblem(context, 'sign-in-expired');
    return;
  }
  const step = await secondStep(context, presentedBy(context), isTicked(bodyField(req, 'rememberBrowser')));
  if (!step.ok) {
    const waiting =
      context.state?.state === 'pending' ? verifyPage(context, context.state, null, step) : undefined;
    await answerRefusal(context, step, waiting);
    return;
  }
  if (step.next === 'must-enroll') {
    const location = wayOn(core.options.basePath, step.parked);
    answerOrRedirect(context, location, { state: 'must-enroll', securityKeys: location });
    return;
  }
  const { user, known, mark, from, browser } = step.proof;
  const wanted = await signIn(context, user, known, mark, {}, { from, browser });
  const returnTo = safeReturnTo(wanted, core.options.returnToOrigins) ?? core.options.homePath;
  const json = { state: mark.state, returnTo };
  if (mark.method !== 'recovery-code') answerOrRedirect(context, returnTo, json);
  else await answerRecovered(context, step.recoveryCodesLeft, json);
}

/** POST /cancel: cancels a parked sign-in. A user who is signed in stays signed in. */
export async function postCancel(context: Context): Promise<void> {
  const { state, core } = context;
  if (state && !isParked(state)) {
    answerOrRedirect(context, core.options.homePath, { state: state.state });
    return;
  }
  if (state) await endParked(context, state, 'cancelled');
  forgetStop(context);
  answerOrRedirect(context, core.options.loginPath, { state: 'anonymous' });
}

function verifyPage(
  context: Context,
  state: PendingState,
  wait: Wait | null,
  refusal?: RouteRefusal,
): PageDraft {
  const { core } = context;
  const { basePath, rememberBrowserDays } = core.options;
  const publicKey = askedOf(context, state);
  const asksAtOnce = state.asks?.first === true && refusal === undefined;
  return {
    name: 'verify',
    model: {
      action: wayOn(basePath, state),
      cancel: `${basePath}/cancel`,
      until: state.until,
      key: publicKey ? { publicKey, asksAtOnce, origin: core.options.webauthn?.origins[0] ?? '' } : null,
      digits: state.digits,
      keysOnly: state.keysOnly === true,
      notDone: (readStop(context) ?? state).stopped === 'form',
      wait,
      rememberDays: canKnowBrowser(context) && state.keysOnly !== true ? rememberBrowserDays : null,
    },
  };
}
