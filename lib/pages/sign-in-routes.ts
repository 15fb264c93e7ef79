import { bodyField, isTicked } from '../answer/body-field.js';
import { canKnowBrowser } from '../session/browser-cookie.js';
import type { Context } from '../session/context.js';
import { METHODS } from '../sign-in/park.js';
import { wayOn } from '../session/way-on.js';
import { endParked } from '../sign-in/parked-user.js';
import { safeReturnTo } from '../answer/return-to.js';
import { wantsHtml } from '../answer/negotiate.js';
import { redirect } from '../answer/redirect.js';
import { secondStep } from '../sign-in/second-step.js';
import { signIn } from '../sign-in/complete.js';
import type { PendingState } from '../session/state.js';
import { isParked } from '../session/state.js';
import { forgetStop, readStop } from '../session/stop-cookie.js';
import type { PageDraft } from './answers.js';
import { answer, answerOrRedirect, answerProblem, answerRefusal } from './answers.js';
import { answerRecovered } from './page-drafts.js';

/** GET /verify: the code form. */
export async function showVerify(context: Context): Promise<void> {
  const { state, core } = context;
  if (state?.state === 'pending') {
    const { until } = state;
    await answer(context, verifyPage(context, state), {
      state: 'pending',
      until: new Date(until).toISOString(),
      methods: METHODS,
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

/** POST /verify `{ code, rememberBrowser? }`: the second step. */
export async function postVerify(context: Context): Promise<void> {
  const { state, core, req } = context;
  if (state?.state === 'must-enroll') {
    await answerProblem(context, 'enrollment-required');
    return;
  }
  if (state && state.state !== 'pending') {
    answerOrRedirect(context, core.options.homePath, { state: state.state, returnTo: core.options.homePath });
    return;
  }
  const step = await secondStep(context, bodyField(req, 'code'), isTicked(bodyField(req, 'rememberBrowser')));
  if (!step.ok) {
    await answerRefusal(context, step, state && context.state ? verifyPage(context, state) : undefined);
    return;
  }
  const { user, known, mark, from, browser } = step.proof;
  const wanted = await signIn(context, user, known, mark, {}, { from, browser });
  const returnTo = safeReturnTo(wanted, core.options.returnToOrigins) ?? core.options.homePath;
  const json = { state: mark.state, returnTo };
  if (mark.method === 'otp') answerOrRedirect(context, returnTo, json);
  else await answerRecovered(context, step.recoveryCodesLeft, json);
}

/** POST /cancel: gives a parked sign-in up. Whoever is signed in stays so. */
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

function verifyPage(context: Context, state: PendingState): PageDraft {
  const { basePath, rememberBrowserDays } = context.core.options;
  return {
    name: 'verify',
    model: {
      action: wayOn(basePath, state),
      cancel: `${basePath}/cancel`,
      until: state.until,
      notDone: (readStop(context) ?? state).stopped === 'form',
      rememberDays: canKnowBrowser(context) ? rememberBrowserDays : null,
    },
  };
}
