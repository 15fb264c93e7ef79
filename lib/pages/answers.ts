import type { IncomingMessage } from 'node:http';
import type { AnswerJson, ProblemMembers } from '../api.js';
import { challenge } from '../answer/challenge.js';
import { faultyField } from '../answer/faulty-field.js';
import { setAnswerHeaders } from '../answer/headers.js';
import { shownStatus, wantsHtml } from '../answer/negotiate.js';
import { sendJson, sendProblem } from '../answer/problem.js';
import { redirect } from '../answer/redirect.js';
import { PROBLEMS, SecondFactorError } from '../errors.js';
import type { ProblemCode } from '../errors.js';
import { debug } from '../debug.js';
import { pathOf } from '../session/app-request.js';
import type { ResolvedOptions } from '../check-options.js';
import type { Context } from '../session/context.js';
import { now } from '../session/context.js';
import { refuse } from '../session/refuse.js';
import type { Refused, RouteRefusal } from '../session/refusal.js';
import type { Page, PageError } from '../page.js';
import { cameFrom } from './came-from.js';
import { chooseTexts } from './choose-texts.js';
import type { PageDraft } from './page-draft.js';
import { refusedField } from './proof-field.js';
import { takeSaid } from './said.js';
import type { Texts } from './texts.js';
import { isolated } from './views/isolated.js';
import { contentOf } from './views/content.js';
import { renderPage } from './views/render-page.js';
import { KEY_SCRIPT, KEY_SCRIPT_HASH } from './views/key-script.js';
import { SCRIPTED, SCRIPT_HASH } from './views/script.js';
import { WITHOUT_FORM, sendOnce } from './views/send-once.js';
import { STYLE_HASH } from './views/style.js';
import { refused } from '../session/refusal.js';

/** A member of a page that only own views use. */
const KEY_SCRIPT_FOR_VIEWS = { text: KEY_SCRIPT, hash: KEY_SCRIPT_HASH } as const;

/** Answers browsers with a page, and others with JSON. */
export async function answer(context: Context, draft: PageDraft, json: AnswerJson): Promise<void> {
  const { req, res } = context;
  if (wantsHtml(req)) await showPage(context, textsFor(context), draft, null, shownStatus(req, 200));
  else sendJson(req, res, 200, json);
}

/** Redirects browsers, and answers others with JSON. */
export function answerOrRedirect(context: Context, location: string, json: AnswerJson): void {
  if (wantsHtml(context.req)) redirect(context.req, context.res, location);
  else sendJson(context.req, context.res, 200, json);
}

/**
 * Answers with a refusal: a problem document, a redirect to the page that helps, or the form again.
 *
 * @param again the form to show again; absent: a page that says what went wrong
 */
export async function answerRefusal(
  context: Context,
  refusal: RouteRefusal,
  again?: PageDraft,
): Promise<void> {
  const { req, res, core } = context;
  if (refusal.kind === 'guard') {
    refuse(context, refusal);
    return;
  }
  debug('%s %s refused: %s', req.method, pathOf(req.originalUrl ?? req.url), refusal.code);
  const html = wantsHtml(req);
  if (html && isOutdated(context, refusal)) {
    redirect(req, res, core.options.basePath);
    return;
  }
  const seconds = waitSeconds(context, refusal);
  const { status: told } = PROBLEMS[refusal.code];
  const status = html ? shownStatus(req, core.options.pageStatus === 'ok' ? 200 : told) : told;
  if (seconds !== undefined && status >= 400) res.setHeader('Retry-After', String(seconds));
  if (status === 401) res.setHeader('WWW-Authenticate', challenge(refusal.code));
  if (!html) {
    sendProblem(req, res, refusal.code, members(req, refusal));
    return;
  }
  const { homePath, loginPath } = core.options;
  const texts = textsFor(context);
  const { code } = refusal;
  const draft: PageDraft = again
    ? withWait(again, refusal)
    : { name: 'error', model: { home: homePath, login: loginPath, back: backOf(context, refusal) } };
  const said = message(texts, refusal, seconds, draft);
  const error: PageError = { code, message: said, ...detailsOf(refusal), ...refusedField(context, code) };
  await showPage(context, texts, draft, error, status);
}

/**
 * Whether the second factor was removed or replaced after this request was checked. A page of the old state would
 * contradict the refusal. The next request is checked with the new state.
 */
function isOutdated({ known }: Context, { code }: Refused): boolean {
  return code === 'not-enrolled' && Boolean(known?.factor);
}

/** The page that "Log in" was on, if a rule refused it. */
function backOf(context: Context, refusal: Refused): string | null {
  return refusal.kind === 'rule' ? cameFrom(context) : null;
}

/** A form that is shown again has the wait of the refusal, which is newer than the one read before. */
function withWait(draft: PageDraft, refusal: Refused): PageDraft {
  if (!('wait' in draft.model) || !isWait(refusal)) return draft;
  return { ...draft, model: { ...draft.model, wait: { until: refusal.until } } } as PageDraft;
}

function isWait(refusal: Refused): refusal is Extract<Refused, { kind: 'locked' | 'wait' }> {
  return refusal.kind === 'locked' || refusal.kind === 'wait';
}

/** Answers with a problem that has no details. */
export function answerProblem(context: Context, code: ProblemCode): Promise<void> {
  return answerRefusal(context, refused(code));
}

/** A protection against other sites that runs before the router refuses forms without its token. */
function warnOfTokens({ core, req }: Context, { name }: PageDraft): void {
  const { hasFormFields, render } = core.options;
  // Views of the application may put the token into their forms themselves.
  if (hasFormFields || render || WITHOUT_FORM.has(name)) return;
  if (typeof Reflect.get(req, 'csrfToken') !== 'function') return;
  core.warnOnce(
    'a page of secondFactor.router() has a form without the token that req.csrfToken() gives, and your protection ' +
      'refuses such forms. Add the option formFields: (req) => ({ _csrf: req.csrfToken() })',
    { code: 'SECOND_FACTOR_FORM_FIELDS' },
  );
}

async function showPage(
  context: Context,
  texts: Texts,
  draft: PageDraft,
  error: PageError | null,
  status: number,
): Promise<void> {
  const { req, request, res, core } = context;
  const { render, layout, formFields, stylesheet } = core.options;
  warnOfTokens(context, draft);
  const frame = {
    issuer: issuerOf(context),
    language: texts.language,
    error,
    success: error ? null : takeSaid(context, draft, texts),
    serverTime: now(context),
    script: sendOnce,
    keyScript: asksKeys(draft) ? KEY_SCRIPT_FOR_VIEWS : null,
  };
  const { hidden, ...own } = draft;
  const page = { ...own, ...frame, fields: { ...formFields(request, res), ...hidden } } as Page;
  const policyOfApplication = res.getHeader('Content-Security-Policy');
  setAnswerHeaders(res);
  res.statusCode = status;
  if (render) {
    // A browser applies all policies of a page together.
    const policies = [policyOfApplication ?? [], "frame-ancestors 'none'"].flat().map(String);
    res.setHeader('Content-Security-Policy', policies);
    await render(request, res, page);
    return;
  }
  let text: string;
  if (layout) {
    text = await framed(context, page, texts, policyOfApplication);
  } else {
    res.setHeader('Content-Security-Policy', policyFor(page, core.options));
    text = renderPage(page, texts, stylesheet);
  }
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(req.method === 'HEAD' ? undefined : text);
}

/**
 * A page in the frame of the application. The policy is the application's, whether it was set before or in `layout`.
 */
async function framed(
  { request, res, core }: Context,
  page: Page,
  texts: Texts,
  policyOfApplication: ReturnType<Context['res']['getHeader']>,
): Promise<string> {
  const { layout, stylesheet, returnToOrigins } = core.options;
  if (policyOfApplication === undefined) res.removeHeader('Content-Security-Policy');
  else res.setHeader('Content-Security-Policy', policyOfApplication);
  const policy = { scripts: scriptHashes(page), formAction: [...returnToOrigins] };
  const text: unknown = await layout?.(request, res, contentOf(page, texts, stylesheet, policy));
  if (typeof text !== 'string') {
    throw new SecondFactorError('option-invalid', `layout must return a document, got ${typeof text}`);
  }
  const policies = [res.getHeader('Content-Security-Policy') ?? [], "frame-ancestors 'none'"];
  res.setHeader('Content-Security-Policy', policies.flat().map(String));
  return text;
}

/** Whether a page asks for a passkey or security key, or makes one. */
function asksKeys(draft: PageDraft): boolean {
  if (draft.name === 'security-keys') return draft.model.publicKey !== null;
  return 'key' in draft.model && typeof draft.model.key === 'object' && draft.model.key !== null;
}

/** Allows our own style and scripts by their hashes, what the application's stylesheet needs, and nothing else. */
function policyFor(page: Page, { returnToOrigins, stylesheet }: ResolvedOptions): string {
  const scripts = scriptHashes(page);
  const own = stylesheet === undefined ? '' : " 'self'";
  return [
    "default-src 'none'",
    `style-src ${STYLE_HASH}${own}`,
    ...(own ? [`img-src${own}`, `font-src${own}`] : []),
    ...(scripts.length > 0 ? [`script-src ${scripts.join(' ')}`] : []),
    `form-action ${["'self'", ...returnToOrigins].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function scriptHashes({ name, keyScript }: Page): string[] {
  return [
    ...(WITHOUT_FORM.has(name) ? [] : [sendOnce.hash]),
    ...(keyScript ? [keyScript.hash] : []),
    ...(SCRIPTED.has(name) ? [SCRIPT_HASH] : []),
  ];
}

/** The application's name as the account sees it. Before somebody is signed in, only if it is the same for all. */
function issuerOf({ core, known }: Context): string | null {
  const { issuer, brand } = core.options;
  return known ? issuer({ id: known.account.id, name: known.account.name }) : brand;
}

function textsFor({ req, request, core }: Context): Texts {
  return chooseTexts(req, request, core.options);
}

/** What a page may show about a refusal, besides its code. */
function detailsOf(refusal: Refused): Pick<PageError, 'until' | 'minutes' | 'reason' | 'account'> {
  if (isWait(refusal)) return { until: refusal.until };
  if (refusal.kind === 'clock-skew') return { minutes: refusal.minutes };
  if (refusal.kind !== 'rule') return {};
  const { reason, name } = refusal;
  return { reason, ...(name !== undefined && { account: name }) };
}

/** What a program gets about a refusal, besides its code. */
function members(req: IncomingMessage, refusal: Refused): ProblemMembers {
  switch (refusal.kind) {
    case 'field':
      return { ...faultyField(req, refusal.field) };
    case 'body':
      return { ...refusal.unread };
    case 'rule': {
      const { reason } = refusal;
      return { ...(reason === 'account-unknown' && faultyField(req, 'account')), reason };
    }
    case 'locked':
    case 'wait':
      return { until: refusal.until === null ? null : new Date(refusal.until).toISOString() };
    case 'clock-skew':
      return { minutes: refusal.minutes };
    case 'problem':
      return {};
  }
}

/** Seconds until codes are checked again (`Retry-After`, RFC 9110 §10.2.3). */
function waitSeconds(context: Context, refusal: Refused): number | undefined {
  if (!isWait(refusal) || refusal.until === null) return undefined;
  return Math.max(1, Math.ceil((refusal.until - now(context)) / 1000));
}

function malformed(texts: Texts, draft: PageDraft): string {
  if (draft.name === 'setup') return texts.setupCodeMalformed;
  const digits = 'digits' in draft.model ? draft.model.digits : [];
  return digits.length > 0 ? texts.codeMalformed(digits) : texts.problems['code-malformed'];
}

function message(texts: Texts, refusal: Refused, seconds: number | undefined, draft: PageDraft): string {
  if (refusal.kind === 'clock-skew') return texts.clockSkew(refusal.minutes);
  if (refusal.kind === 'rule') {
    const { reason, name } = refusal;
    return name === undefined ? texts.impersonationRefused[reason] : texts.opensByItself(isolated(name));
  }
  if (isWait(refusal)) {
    const wait = seconds === undefined ? texts.lockedForGood : texts.lockedFor(seconds);
    return refusal.kind === 'wait' ? `${texts.problems[refusal.code]} ${wait}` : wait;
  }
  if (refusal.code === 'code-malformed') return malformed(texts, draft);
  return texts.problems[refusal.code];
}
