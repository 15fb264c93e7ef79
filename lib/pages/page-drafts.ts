import type { Proved } from '../api.js';
import { mayAddAuthenticator } from '../account/authenticators.js';
import { wantsHtml } from '../answer/negotiate.js';
import type { InsteadOf, SettingsPage } from '../page.js';
import { keysIn, waysIn } from '../session/challenge.js';
import type { Context } from '../session/context.js';
import { now } from '../session/context.js';
import { hasOtherFactorOnly } from '../session/core.js';
import type { ShownRecoveryCodes } from '../session/random.js';
import { takesNoCode } from '../session/require-owner.js';
import { isUser } from '../session/state.js';
import { waitOf } from '../session/wait.js';
import { recentActivity } from '../settings/activity.js';
import { readStop } from '../session/stop-cookie.js';
import { isApp } from './digits.js';
import type { PageDraft } from './page-draft.js';
import { keyPrompt } from './key-prompt.js';
import { answer } from './answers.js';

/** Which form of the settings page was refused. */
type Tried = SettingsPage['model']['refused'];

/** The settings page as the form to show again, if somebody is signed in as themselves. */
export async function settingsAgain(context: Context, refused: Tried): Promise<PageDraft | undefined> {
  return isUser(context.state) ? settingsPage(context, refused) : undefined;
}

/** The hidden field of the forms of a signed-in page: the account that it was made for. Nothing while a sign-in waits. */
export function hiddenFields({ state, known }: Context): Pick<PageDraft, 'hidden'> {
  return isUser(state) && known ? { hidden: { from: known.account.id } } : {};
}

/** The settings page. */
export async function settingsPage(context: Context, refused: Tried = null): Promise<PageDraft> {
  const { core, known, actors, requirement, state } = context;
  const { basePath, homePath, settingsPath = homePath, rememberBrowserDays } = core.options;
  const factor = known?.factor;
  const own = isUser(context.state) ? factor : undefined;
  const { stopped, byKey } = readStop(context) ?? {};
  const needsKey = isUser(state) && byKey === true && keysIn(context, factor) === 0;
  const authenticators = factor?.authenticators ?? [];
  return {
    name: 'settings',
    ...hiddenFields(context),
    model: {
      actors: actors.map(({ account }) => account.name),
      leave: `${basePath}/impersonation/leave`,
      from: known?.account.id ?? '',
      account: known?.account.name ?? '',
      refused,
      insteadOf: insteadOf(context),
      enrolled: Boolean(factor),
      otherFactor: known !== undefined && hasOtherFactorOnly(known),
      neededFor: (state?.state === 'signed-in' || needsKey ? stopped : undefined) ?? null,
      needsKey,
      notDone: state?.state === 'impersonating' && stopped === 'form',
      required: requirement.required,
      requiredFrom: requirement.requiredFrom,
      recoveryCodesLeft: factor?.recoveryCodesLeft ?? 0,
      recoveryCodesConfirmed: own?.recoveryCodesConfirmed ?? null,
      recoveryCodesSet: own?.recoveryCodesSet ?? null,
      authenticators,
      digits: factor?.digits ?? [],
      mayAdd: mayAddAuthenticator({ authenticators }),
      mayRemove: factor ? waysIn(context, factor) > 1 : false,
      removeAuthenticator: `${basePath}/authenticators/remove`,
      securityKeys: core.options.webauthn ? `${basePath}/security-keys` : null,
      keys: factor?.keys.length ?? 0,
      key: keyPrompt(context),
      wait: own && known ? waitOf(context, known.account.id, own) : null,
      browsers: rememberBrowserDays === null ? null : `${basePath}/browsers`,
      activity: wantsHtml(context.req) ? await recentActivity(context) : null,
      endSessions: `${basePath}/sessions/end`,
      setup: `${basePath}/setup`,
      disable: `${basePath}/disable`,
      recoveryCodes: `${basePath}/recovery-codes`,
      confirmRecoveryCodes: `${basePath}/recovery-codes/confirm`,
      home: settingsPath,
    },
  };
}

/** What recovery codes replace at the sign-in of the signed-in account. */
export function insteadOf(context: Context): InsteadOf {
  if (takesNoCode(context)) return 'nothing';
  const digits = context.known?.factor?.digits ?? [];
  if (digits.length === 0) return 'key';
  return isApp(digits) ? 'app' : 'token';
}

/** The page that shows recovery codes, once. */
export function recoveryCodesPage(
  context: Context,
  shown: ShownRecoveryCodes,
  insteadOf: InsteadOf,
  next: string,
): PageDraft {
  const { core, known } = context;
  const confirm = `${core.options.basePath}/recovery-codes/confirm`;
  return {
    name: 'recovery-codes',
    ...hiddenFields(context),
    model: { account: known?.account.name ?? '', ...shown, insteadOf, confirm, next, madeAt: now(context) },
  };
}

/** Answers a right recovery code. A browser shows how many are left before it goes on. */
export function answerRecovered(context: Context, recoveryCodesLeft: number, json: Proved): Promise<void> {
  const model = {
    recoveryCodesLeft,
    insteadOf: insteadOf(context),
    keys: context.known?.factor?.keys.length ?? 0,
    settings: context.core.options.basePath,
    next: json.returnTo,
  };
  return answer(context, { name: 'recovery-code-used', model }, { ...json, recoveryCodesLeft });
}
