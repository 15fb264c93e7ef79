import type { Added, SecurityKeyForm } from '../api.js';
import { bodyField } from '../answer/body-field.js';
import { wantsHtml } from '../answer/negotiate.js';
import type { Success } from '../page.js';
import { safeReturnTo } from '../answer/return-to.js';
import { mayAddKey } from '../account/security-keys.js';
import type { Context } from '../session/context.js';
import type { RouteRefusal } from '../session/refusal.js';
import { refuse } from '../session/refuse.js';
import { takesNoCode } from '../session/require-owner.js';
import type { KeyForm } from '../settings/security-keys.js';
import { addKey, removeKey, renameKey, startKey } from '../settings/security-keys.js';
import type { WebAuthn } from '../webauthn.js';
import type { PageDraft } from './page-draft.js';
import { answer, answerOrRedirect, answerRefusal } from './answers.js';
import { idUnread } from './browser-routes.js';
import { hiddenFields, recoveryCodesPage } from './page-drafts.js';
import { answerReload, wasReloaded } from './reload.js';
import { say } from './said.js';
import { status } from './status.js';

/** A route of passkeys and security keys. */
export type KeyRoute = (context: Context, webauthn: WebAuthn) => Promise<void>;

/** GET /security-keys: the present keys, and what is needed to make another one. */
export const showKeys: KeyRoute = async (context, webauthn) => {
  const form = await startKey(context, webauthn);
  if (!form.ok) await answerRefusal(context, form);
  else {
    const publicKey = mayAdd(form, webauthn) ? form.publicKey : null;
    await answer(context, keysPage(context, webauthn, form), {
      ...status(context),
      publicKey,
    } as SecurityKeyForm);
  }
};

/** POST /security-keys `{ credential, name? }`: adds a key. If it is the first factor, shows recovery codes, once. */
export const postAddKey: KeyRoute = async (context, webauthn) => {
  const { req, core } = context;
  const { basePath, homePath, returnToOrigins } = core.options;
  const { state } = context;
  const place = state?.state === 'must-enroll' ? homePath : `${basePath}/security-keys`;
  const keysOnly = state?.state === 'must-enroll' ? state.keysOnly === true : takesNoCode(context);
  const added = await addKey(context, webauthn, bodyField(req, 'credential'), bodyField(req, 'name'));
  if (!added.ok) {
    await refuseHere(context, webauthn, added);
    return;
  }
  const { recoveryCodes } = added;
  const returnTo = safeReturnTo(added.returnTo, returnToOrigins) ?? place;
  if (recoveryCodes === null && returnTo === `${basePath}/security-keys`) say(context, 'key-added');
  if (recoveryCodes === null) answerOrRedirect(context, returnTo, { state: 'verified', returnTo });
  else {
    const { codes, set } = recoveryCodes;
    const json: Added = { state: 'verified', recoveryCodes: codes, recoveryCodesSet: set, returnTo };
    await answer(
      context,
      recoveryCodesPage(context, recoveryCodes, keysOnly ? 'nothing' : 'key', returnTo),
      json,
    );
  }
};

/** POST /security-keys/remove `{ id }`: removes one of several factors. */
export const postRemoveKey: KeyRoute = async (context, webauthn) => {
  const removed = await removeKey(context, bodyField(context.req, 'id'));
  await answerChange(context, webauthn, removed, 'key-removed');
};

/** POST /security-keys/rename `{ id, name }`: gives one another name. */
export const postRenameKey: KeyRoute = async (context, webauthn) => {
  const { req } = context;
  const renamed = await renameKey(context, bodyField(req, 'id'), bodyField(req, 'name'));
  await answerChange(context, webauthn, renamed, 'key-renamed');
};

async function answerChange(
  context: Context,
  webauthn: WebAuthn,
  changed: { ok: true } | RouteRefusal,
  said: Success['code'],
): Promise<void> {
  const location = `${context.core.options.basePath}/security-keys`;
  if (changed.ok) say(context, said);
  if (changed.ok) answerOrRedirect(context, location, status(context));
  else await refuseHere(context, webauthn, idUnread(context, changed));
}

/**
 * A user who has to give a proof first comes back to the list, because a POST cannot be repeated by a redirect. If the
 * page of the first recovery codes is reloaded, the answer says what to do if they were not saved.
 */
async function refuseHere(context: Context, webauthn: WebAuthn, refusal: RouteRefusal): Promise<void> {
  if (refusal.kind === 'guard') {
    refuse(context, refusal, `${context.core.options.basePath}/security-keys`);
    return;
  }
  if (refusal.code === 'security-key-known' && wasReloaded(context)) {
    answerReload(context);
    return;
  }
  const form = wantsHtml(context.req) && context.state ? await startKey(context, webauthn) : null;
  await answerRefusal(context, refusal, form?.ok ? keysPage(context, webauthn, form) : undefined);
}

function mayAdd({ factor }: KeyForm, { rpId }: WebAuthn): boolean {
  return mayAddKey(factor?.keys ?? [], rpId);
}

function keysPage(context: Context, webauthn: WebAuthn, form: KeyForm): PageDraft {
  const { basePath } = context.core.options;
  const place = `${basePath}/security-keys`;
  const { state } = form.access;
  return {
    name: 'security-keys',
    ...hiddenFields(context),
    model: {
      keys: (form.factor?.keys ?? []).map(({ credentialId, name, addedAt, lastUsedAt, stopped }) => ({
        credentialId,
        name,
        addedAt,
        lastUsedAt,
        stopped,
      })),
      publicKey: mayAdd(form, webauthn) ? form.publicKey : null,
      origin: webauthn.origins[0] ?? '',
      required: state.state === 'must-enroll',
      until: state.state === 'must-enroll' ? state.until : null,
      add: place,
      remove: `${place}/remove`,
      rename: `${place}/rename`,
      settings: basePath,
      cancel: `${basePath}/cancel`,
    },
  };
}
