import type { Added, SetupJson } from '../api.js';
import { bodyField, isLeftOut } from '../answer/body-field.js';
import { wantsHtml } from '../answer/negotiate.js';
import { sendJson } from '../answer/problem.js';
import { redirect } from '../answer/redirect.js';
import type { Success } from '../page.js';
import { safeReturnTo } from '../answer/return-to.js';
import { confirmSetup } from '../settings/confirm-set-up.js';
import type { Context } from '../session/context.js';
import { now } from '../session/context.js';
import { refuse } from '../session/refuse.js';
import type { SetupForm } from '../settings/set-up.js';
import { cancelSetup, readSetup, startSetup } from '../settings/set-up.js';
import type { MustEnrollState } from '../session/state.js';
import { readStop } from '../session/stop-cookie.js';
import { wayOn } from '../session/way-on.js';
import type { PageDraft } from './page-draft.js';
import { answer, answerOrRedirect, answerRefusal } from './answers.js';
import { hiddenFields, recoveryCodesPage, settingsAgain } from './page-drafts.js';
import { qrCode } from './qr-code.js';
import { mayGoOn } from './intent.js';
import { answerReload, wasReloaded } from './reload.js';
import { say } from './said.js';
import { answerStepUp } from './step-up-page.js';
import { status } from './status.js';

/** POST /setup `{ add?, name? }`: starts a set-up, or goes on with the unfinished one. */
export async function postSetup(context: Context): Promise<void> {
  const { req, res, core } = context;
  const { basePath } = core.options;
  const setup = await startSetup(context, { adds: bodyField(req, 'add'), name: bodyField(req, 'name') });
  const goesOn = !setup.ok && mayGoOn(context, setup);
  if (goesOn) await answerStepUp(context, { then: 'setup', add: text(req, 'add'), name: text(req, 'name') });
  // A user who has to sign in first comes back to the settings, because a POST cannot be repeated by a redirect.
  else if (!setup.ok && setup.kind === 'guard') refuse(context, setup, basePath);
  else if (!setup.ok) await answerRefusal(context, setup, await settingsAgain(context, null));
  else if (wantsHtml(req)) redirect(req, res, `${basePath}/setup`);
  else sendJson(req, res, 200, setupJson(context, setup.form));
}

/** A field of a form. Anything that is not a text counts as absent. */
function text(req: Context['req'], name: string): string {
  const value = bodyField(req, name);
  return typeof value === 'string' ? value : '';
}

/** GET /setup: the form of the unfinished set-up. Does not start one. */
export async function showSetup(context: Context): Promise<void> {
  const { req, res, core } = context;
  const setup = await readSetup(context);
  if (setup.ok) {
    await answer(context, setupPage(context, setup.form), setupJson(context, setup.form));
  } else if (setup.code === 'setup-expired' && wantsHtml(req)) {
    const { state } = context;
    if (state?.state === 'must-enroll' && state.keysOnly === true)
      redirect(req, res, wayOn(core.options.basePath, state));
    else if (state?.state === 'must-enroll') await answer(context, mustEnrollPage(context, state), {});
    else redirect(req, res, core.options.basePath);
  } else await answerRefusal(context, setup);
}

/** POST /setup/confirm `{ code, id? }`: enables the second factor, and shows the recovery codes, once. */
export async function postConfirm(context: Context): Promise<void> {
  const { basePath, homePath, returnToOrigins } = context.core.options;
  const place = context.state?.state === 'must-enroll' ? homePath : basePath;
  const { req, state } = context;
  const adds = state?.state === 'verified' && state.setup?.adds === true;
  const confirmed = await confirmSetup(context, bodyField(req, 'code'), bodyField(req, 'id'));
  if (!confirmed.ok && confirmed.code === 'setup-expired' && isDone(context) && wasReloaded(context)) {
    answerReload(context);
    return;
  }
  if (!confirmed.ok) {
    const open = await readSetup(context);
    const again = open.ok ? setupPage(context, open.form) : await settingsAgain(context, null);
    await answerRefusal(context, confirmed, again);
    return;
  }
  const { recoveryCodes } = confirmed;
  const returnTo = safeReturnTo(confirmed.returnTo, returnToOrigins) ?? place;
  if (recoveryCodes === null && returnTo === basePath) say(context, saidOf(adds));
  if (recoveryCodes === null) answerOrRedirect(context, returnTo, { state: 'verified', returnTo });
  else {
    const page = recoveryCodesPage(context, recoveryCodes, 'app', returnTo);
    const { codes, set } = recoveryCodes;
    const json: Added = { state: 'verified', recoveryCodes: codes, recoveryCodesSet: set, returnTo };
    await answer(context, page, json);
  }
}

/** Whether the set-up of a form has already become one of the account's authenticators. */
function isDone({ req, known }: Context): boolean {
  const id = bodyField(req, 'id');
  return (
    isLeftOut(id) || (known?.factor?.authenticators ?? []).some((authenticator) => authenticator.id === id)
  );
}

function saidOf(adds: boolean): Success['code'] {
  return adds ? 'authenticator-added' : 'authenticator-replaced';
}

/** POST /setup/cancel: cancels the unfinished set-up. */
export async function postCancelSetup(context: Context): Promise<void> {
  const { basePath, settingsPath = basePath } = context.core.options;
  const cancelled = await cancelSetup(context);
  // Back to the page that they were shown, so that the sign-in still leads where they wanted to go.
  const place = context.state?.state === 'must-enroll' ? `${basePath}/setup` : settingsPath;
  if (cancelled.ok) answerOrRedirect(context, place, status(context));
  else await answerRefusal(context, cancelled);
}

function mustEnrollPage(context: Context, state: MustEnrollState): PageDraft {
  const { basePath } = context.core.options;
  const notDone = (readStop(context) ?? state).stopped === 'form';
  return {
    name: 'must-enroll',
    model: { setup: `${basePath}/setup`, cancel: `${basePath}/cancel`, until: state.until, notDone },
  };
}

function setupPage(context: Context, form: SetupForm): PageDraft {
  const { basePath } = context.core.options;
  return {
    name: 'setup',
    ...hiddenFields(context),
    model: {
      ...form,
      action: `${basePath}/setup/confirm`,
      cancel: `${basePath}/setup/cancel`,
      qr: qrCode(form.uri),
      serverTime: now(context),
    },
  };
}

function setupJson(context: Context, { kind: _kind, ...form }: SetupForm): SetupJson {
  return {
    ...form,
    qr: qrCode(form.uri),
    expiresAt: new Date(form.expiresAt).toISOString(),
    serverTime: new Date(now(context)).toISOString(),
  };
}
