import { wantsHtml } from '../answer/negotiate.js';
import { sendJson } from '../answer/problem.js';
import { redirect } from '../answer/redirect.js';
import { safeReturnTo } from '../answer/return-to.js';
import type { SettingsPage } from '../page.js';
import { check } from '../session/check.js';
import type { Context } from '../session/context.js';
import { now } from '../session/context.js';
import { disableFactor, regenerateRecoveryCodes, stepUp } from '../session/manage.js';
import { refuse } from '../session/refuse.js';
import { status } from './status.js';
import type { SetupForm } from '../session/set-up.js';
import { cancelSetup, confirmSetup, readSetup, startSetup } from '../session/set-up.js';
import type { PageDraft } from './answers.js';
import { answer, answerOrRedirect, answerRefusal } from './answers.js';
import { bodyField } from './body.js';
import { qrCode } from './qr-code.js';

/** Which form of the settings page was refused. */
type Tried = SettingsPage['model']['refused'];

/** GET /: the settings page; as JSON always 200, with what the session may know. */
export async function showSettings(context: Context): Promise<void> {
  const { req, res } = context;
  if (!wantsHtml(req)) {
    sendJson(req, res, 200, status(context));
    return;
  }
  const verdict = check(context, { unenrolled: 'allow' });
  if (verdict.ok) await answer(context, settingsPage(context), status(context));
  else refuse(context, verdict);
}

/** POST /setup: begins a set-up, or goes on with the unfinished one. */
export async function postSetup(context: Context): Promise<void> {
  const { basePath } = context.core.options;
  const setup = await startSetup(context);
  // Who has to sign in again comes back to the settings: a POST cannot be gone back to.
  if (!setup.ok && 'location' in setup) refuse(context, setup, basePath);
  else if (!setup.ok) await answerRefusal(context, setup);
  else if (wantsHtml(context.req)) redirect(context.res, `${basePath}/setup`);
  else sendJson(context.req, context.res, 200, await setupJson(context, setup.form));
}

/** GET /setup: the form of the unfinished set-up. Begins none. */
export async function showSetup(context: Context): Promise<void> {
  const setup = readSetup(context);
  if (setup.ok)
    await answer(context, await setupPage(context, setup.form), await setupJson(context, setup.form));
  else if (setup.code === 'setup-expired' && wantsHtml(context.req)) {
    redirect(context.res, context.core.options.basePath);
  } else await answerRefusal(context, setup);
}

/** POST /setup/confirm `{ code }`: enables the second factor; shows the recovery codes, once. */
export async function postConfirm(context: Context): Promise<void> {
  const { basePath, allowedOrigins } = context.core.options;
  const { state } = context;
  const confirmed = await confirmSetup(context, bodyField(context.req, 'code'));
  if (!confirmed.ok) {
    const open = readSetup(context);
    await answerRefusal(
      context,
      confirmed,
      open.ok ? await setupPage(context, open.form) : settings(context),
    );
    return;
  }
  const { recoveryCodes } = confirmed;
  const wanted = state?.state === 'signed-in' ? safeReturnTo(state.returnTo, allowedOrigins) : null;
  const next = wanted ?? basePath;
  await answer(context, recoveryCodesPage(context, recoveryCodes, next), {
    state: 'verified',
    recoveryCodes,
    returnTo: next,
  });
}

/** POST /setup/cancel: drops the unfinished set-up. */
export async function postCancelSetup(context: Context): Promise<void> {
  const cancelled = cancelSetup(context);
  if (cancelled.ok) answerOrRedirect(context, context.core.options.basePath, status(context));
  else await answerRefusal(context, cancelled);
}

/** POST /disable `{ code }`: disables the second factor. */
export async function postDisable(context: Context): Promise<void> {
  const disabled = await disableFactor(context, bodyField(context.req, 'code'));
  if (disabled.ok) answerOrRedirect(context, context.core.options.basePath, { state: 'signed-in' });
  else await answerRefusal(context, disabled, settings(context, 'disable'));
}

/** POST /recovery-codes `{ code }`: makes new recovery codes; shows them, once. */
export async function postRecoveryCodes(context: Context): Promise<void> {
  const made = await regenerateRecoveryCodes(context, bodyField(context.req, 'code'));
  if (made.ok) {
    const { recoveryCodes } = made;
    const page = recoveryCodesPage(context, recoveryCodes, context.core.options.basePath);
    await answer(context, page, { recoveryCodes });
  } else await answerRefusal(context, made, settings(context, 'recovery-codes'));
}

/** GET /step-up: the form that makes the proof fresh. */
export async function showStepUp(context: Context): Promise<void> {
  const verdict = check(context, {});
  if (verdict.ok) await answer(context, stepUpPage(context), status(context));
  else refuse(context, verdict);
}

/** POST /step-up `{ code }`: makes the proof fresh and goes on. */
export async function postStepUp(context: Context): Promise<void> {
  const { allowedOrigins, homePath } = context.core.options;
  const stepped = await stepUp(context, bodyField(context.req, 'code'));
  if (!stepped.ok) {
    await answerRefusal(context, stepped, isSignedIn(context) ? stepUpPage(context) : undefined);
    return;
  }
  const returnTo = safeReturnTo(stepped.returnTo, allowedOrigins) ?? homePath;
  answerOrRedirect(context, returnTo, { state: 'verified', returnTo });
}

function isSignedIn({ state }: Context): boolean {
  return state?.state === 'signed-in' || state?.state === 'verified';
}

/** The settings as the form to try again, where somebody is signed in as himself. */
function settings(context: Context, refused: Tried = null): PageDraft | undefined {
  return isSignedIn(context) ? settingsPage(context, refused) : undefined;
}

function settingsPage({ core, known, actors }: Context, refused: Tried = null): PageDraft {
  const { basePath, homePath } = core.options;
  return {
    name: 'settings',
    model: {
      actors: actors.map(({ account }) => account.name),
      leave: `${basePath}/impersonation/leave`,
      account: known?.account.name ?? '',
      enrolled: Boolean(known?.factor),
      recoveryCodesLeft: known?.factor?.recoveryCodesLeft ?? 0,
      refused,
      setup: `${basePath}/setup`,
      disable: `${basePath}/disable`,
      recoveryCodes: `${basePath}/recovery-codes`,
      home: homePath,
    },
  };
}

function recoveryCodesPage({ known }: Context, codes: readonly string[], next: string): PageDraft {
  return { name: 'recovery-codes', model: { account: known?.account.name ?? '', codes, next } };
}

function stepUpPage({ core }: Context): PageDraft {
  const { basePath, homePath } = core.options;
  return { name: 'step-up', model: { action: `${basePath}/step-up`, home: homePath } };
}

async function setupPage(context: Context, form: SetupForm): Promise<PageDraft> {
  const { basePath } = context.core.options;
  return {
    name: 'setup',
    model: {
      ...form,
      action: `${basePath}/setup/confirm`,
      cancel: `${basePath}/setup/cancel`,
      qr: await qrCode(form.uri),
      serverTime: now(context),
    },
  };
}

async function setupJson(context: Context, form: SetupForm): Promise<Record<string, unknown>> {
  return {
    ...form,
    qr: await qrCode(form.uri),
    expiresAt: new Date(form.expiresAt).toISOString(),
    serverTime: new Date(now(context)).toISOString(),
  };
}
