import type { BrowserJson } from '../api.js';
import { bodyField, isTicked } from '../answer/body-field.js';
import { removeAuthenticator } from '../settings/authenticators.js';
import type { OwnRememberedBrowser } from '../settings/browsers.js';
import { listBrowsers, revokeBrowsers } from '../settings/browsers.js';
import { endOtherSessions } from '../settings/other-sessions.js';
import { evaluate } from '../session/evaluate.js';
import type { Context } from '../session/context.js';
import type { RouteRefusal } from '../session/refusal.js';
import { refuse } from '../session/refuse.js';
import { answer, answerOrRedirect, answerRefusal } from './answers.js';
import { hiddenFields, settingsAgain } from './page-drafts.js';
import { say } from './said.js';
import { status } from './status.js';
import { refused } from '../session/refusal.js';

/** GET /browsers: the browsers that the account remembers. */
export async function showBrowsers(context: Context): Promise<void> {
  const decision = evaluate(context, { unenrolled: 'allow' });
  if (!decision.ok) {
    await answerRefusal(context, decision);
    return;
  }
  if (context.state?.state === 'impersonating') {
    await answerRefusal(context, refused('impersonation-refused'));
    return;
  }
  const { basePath } = context.core.options;
  const browsers = listBrowsers(context);
  const model = { revoke: `${basePath}/browsers/revoke`, settings: basePath, browsers };
  await answer(
    context,
    { name: 'browsers', ...hiddenFields(context), model },
    { browsers: browsers.map(toJson) },
  );
}

/** POST /browsers/revoke `{ id }` or `{ all: true }`: asks for a code there again. */
export async function postRevokeBrowsers(context: Context): Promise<void> {
  const { req, core } = context;
  const all = isTicked(bodyField(req, 'all'));
  const revoked = await revokeBrowsers(context, all ? 'all' : { id: bodyField(req, 'id') });
  if (revoked.ok) say(context, all ? 'browsers-forgotten' : 'browser-forgotten');
  if (revoked.ok) answerOrRedirect(context, `${core.options.basePath}/browsers`, {});
  else await answerRefusal(context, idUnread(context, revoked));
}

/** POST /authenticators/remove `{ id }`: removes one of several authenticators. */
export async function postRemoveAuthenticator(context: Context): Promise<void> {
  const { req, core } = context;
  const { basePath } = core.options;
  const removed = await removeAuthenticator(context, bodyField(req, 'id'));
  if (removed.ok) say(context, 'authenticator-removed');
  if (removed.ok) answerOrRedirect(context, basePath, status(context));
  else if (removed.kind === 'guard') refuse(context, removed, basePath);
  else await answerRefusal(context, idUnread(context, removed), await settingsAgain(context, null));
}

/** POST /sessions/end: ends every other session of the account. */
export async function postEndSessions(context: Context): Promise<void> {
  const { basePath } = context.core.options;
  const ended = await endOtherSessions(context);
  if (ended.ok) answerOrRedirect(context, basePath, status(context));
  else if (ended.kind === 'guard') refuse(context, ended, basePath);
  else await answerRefusal(context, ended, await settingsAgain(context, null));
}

/** Nothing was found, because the request had no id. */
export function idUnread({ req }: Context, refusal: RouteRefusal): RouteRefusal {
  if (refusal.code !== 'not-found' || typeof bodyField(req, 'id') === 'string') return refusal;
  return { ok: false, kind: 'field', code: 'body-malformed', field: 'id' };
}

function toJson({ createdAt, lastUsedAt, expiresAt, ...browser }: OwnRememberedBrowser): BrowserJson {
  const time = (milliseconds: number): string => new Date(milliseconds).toISOString();
  return {
    ...browser,
    createdAt: time(createdAt),
    lastUsedAt: time(lastUsedAt),
    expiresAt: time(expiresAt),
  };
}
