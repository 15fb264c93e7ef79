import type { ActivityEntry } from '../activity.js';
import type { Proved, SignedInStatus, StepUpForm } from '../api.js';
import { bodyField } from '../answer/body-field.js';
import { wantsHtml } from '../answer/negotiate.js';
import { sendJson } from '../answer/problem.js';
import { redirect } from '../answer/redirect.js';
import { safeReturnTo } from '../answer/return-to.js';
import { SecondFactorError } from '../errors.js';
import { evaluate } from '../session/evaluate.js';
import type { RouteRefusal } from '../session/refusal.js';
import { presentedBy } from '../session/try-proof.js';
import type { Context } from '../session/context.js';
import { confirmRecoveryCodes, disableFactor, regenerateRecoveryCodes, stepUp } from '../settings/manage.js';
import { recentActivity } from '../settings/activity.js';
import { startSetup } from '../settings/set-up.js';
import { enter } from '../impersonation/enter.js';
import type { Intent } from './intent.js';
import { readIntent } from './intent.js';
import { stepUpPage, stepUpWait } from './step-up-page.js';
import { refuse } from '../session/refuse.js';
import { isUser } from '../session/state.js';
import { readStop, rememberStop } from '../session/stop-cookie.js';
import { answerReload, wasReloaded } from './reload.js';
import { say } from './said.js';
import { status, waitJson } from './status.js';
import { answer, answerOrRedirect, answerRefusal } from './answers.js';
import { answerRecovered, insteadOf, recoveryCodesPage, settingsAgain, settingsPage } from './page-drafts.js';
import { refused } from '../session/refusal.js';

/** What is right and was used before: a reload sends it again. */
const USED_BEFORE: readonly string[] = ['code-already-used', 'assertion-already-used'];

/** GET /: the settings page. As JSON it is always 200, with what the session may know. */
export async function showSettings(context: Context): Promise<void> {
  const { req, res } = context;
  if (!wantsHtml(req)) {
    sendJson(req, res, 200, { ...status(context), ...activityJson(await recentActivity(context)) });
    return;
  }
  const decision = evaluate(context, { unenrolled: 'allow' });
  if (!decision.ok) {
    refuse(context, decision);
    return;
  }
  const page = await settingsPage(context);
  const stop = readStop(context);
  // Said once. Later visits have another reason.
  const isTold = page.name === 'settings' && (page.model.neededFor !== null || page.model.notDone);
  if (stop && isTold) rememberStop(context, { returnTo: stop.returnTo });
  await answer(context, page, {});
}

function activityJson(activity: readonly ActivityEntry[] | null): Pick<SignedInStatus, 'activity'> {
  if (activity === null) return {};
  return { activity: activity.map(({ at, ...each }) => ({ ...each, at: new Date(at).toISOString() })) };
}

/** POST /disable `{ code or credential }`: disables the second factor. */
export async function postDisable(context: Context): Promise<void> {
  const { basePath } = context.core.options;
  const disabled = await disableFactor(context, presentedBy(context));
  if (disabled.ok && disabled.goesOn) {
    say(context, 'disabled');
    answerOrRedirect(context, basePath, { state: 'signed-in' });
  } else if (disabled.ok && wantsHtml(context.req)) {
    // It is disabled, so a page of an error would be untrue. The settings tell how the browser stands.
    redirect(context.req, context.res, basePath);
  } else if (disabled.ok) throw new SecondFactorError('sign-in-expired');
  else await answerRefusal(context, disabled, await settingsAgain(context, 'disable'));
}

/** POST /recovery-codes `{ code or credential }`: makes new recovery codes, and shows them, once. */
export async function postRecoveryCodes(context: Context): Promise<void> {
  const made = await regenerateRecoveryCodes(context, presentedBy(context));
  if (made.ok) {
    const { recoveryCodes } = made;
    const { basePath } = context.core.options;
    const page = recoveryCodesPage(context, recoveryCodes, insteadOf(context), basePath);
    await answer(context, page, { recoveryCodes: recoveryCodes.codes, recoveryCodesSet: recoveryCodes.set });
  } else if (USED_BEFORE.includes(made.code) && wasReloaded(context)) answerReload(context);
  else await answerRefusal(context, made, await settingsAgain(context, 'recovery-codes'));
}

/** POST /recovery-codes/confirm `{ set, returnTo? }`: the owner has saved the codes of a set. */
export async function postConfirmRecoveryCodes(context: Context): Promise<void> {
  const { req, core } = context;
  const { basePath, returnToOrigins } = core.options;
  const confirmed = await confirmRecoveryCodes(context, bodyField(req, 'set'));
  if (confirmed.ok) {
    const place = safeReturnTo(bodyField(req, 'returnTo'), returnToOrigins) ?? basePath;
    if (place === basePath) say(context, 'recovery-codes-confirmed');
    answerOrRedirect(context, place, status(context));
  } else if (confirmed.kind === 'guard') refuse(context, confirmed, basePath);
  else await answerRefusal(context, confirmed, await settingsAgain(context, null));
}

/** GET /step-up: the form for a fresh proof. */
export async function showStepUp(context: Context): Promise<void> {
  const decision = evaluate(context, {});
  // After a sign-in the proof is fresh, so the sign-in does not lead back to this form.
  if (!decision.ok) refuse(context, decision, null);
  else if (context.state?.state === 'impersonating') {
    await answerRefusal(context, refused('impersonation-refused'));
  } else {
    const page = stepUpPage(context);
    const publicKey = page.name === 'step-up' ? page.model.key?.publicKey : undefined;
    const wait = waitJson(stepUpWait(context));
    await answer(context, page, { ...status(context), publicKey, wait } as StepUpForm);
  }
}

/** POST /step-up `{ code or credential }`: takes a fresh proof, and does what was wanted. */
export async function postStepUp(context: Context): Promise<void> {
  const intent = readIntent(context);
  const stepped = await stepUp(context, presentedBy(context));
  if (!stepped.ok) {
    // An operator or another device has disabled the second factor, so there is no code to try again with.
    const again =
      stepped.code === 'not-enrolled'
        ? await settingsPage(context)
        : stepUpPage(context, { refusal: stepped, intent });
    await answerRefusal(context, stepped, isUser(context.state) ? again : undefined);
    return;
  }
  const onward = intent ? await carryOut(context, intent) : stepped;
  if (!onward.ok) {
    await answerRefusal(
      context,
      onward,
      intent?.then === 'setup' ? await settingsAgain(context, null) : undefined,
    );
    return;
  }
  const { returnToOrigins, homePath } = context.core.options;
  const returnTo = safeReturnTo(onward.returnTo, returnToOrigins) ?? homePath;
  const json: Proved = { state: 'verified', returnTo };
  if (stepped.recoveryCodesLeft === null) answerOrRedirect(context, returnTo, json);
  else await answerRecovered(context, stepped.recoveryCodesLeft, json);
}

/** Does what the user wanted before the proof was asked for, with all its checks. Returns where the browser goes on. */
async function carryOut(
  context: Context,
  intent: Intent,
): Promise<{ ok: true; returnTo: string } | RouteRefusal> {
  const { homePath, basePath } = context.core.options;
  if (intent.then === 'setup') {
    const setup = await startSetup(context, { adds: intent.add, name: intent.name });
    return setup.ok ? { ok: true, returnTo: `${basePath}/setup` } : setup;
  }
  const entered = await enter(context, intent.account, intent.cameFrom === '' ? null : intent.cameFrom);
  return entered.ok ? { ok: true, returnTo: homePath } : entered;
}
