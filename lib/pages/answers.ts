import { challenge } from '../answer/challenge.js';
import { setAnswerHeaders } from '../answer/headers.js';
import { wantsHtml } from '../answer/negotiate.js';
import { sendJson, sendProblem } from '../answer/problem.js';
import { redirect } from '../answer/redirect.js';
import { PROBLEMS } from '../errors.js';
import type { ProblemCode } from '../errors.js';
import type { Context } from '../session/context.js';
import { now } from '../session/context.js';
import { refuse } from '../session/refuse.js';
import type { Refused, RouteRefusal } from '../session/refusal.js';
import type { Page, PageError } from '../page.js';
import { chooseTexts } from './choose-texts.js';
import type { Texts } from './texts.js';
import { renderPage } from './views/render-page.js';
import { STYLE_HASH } from './views/style.js';

/** A page without what every page has: the error, and the hidden fields of its forms. */
export type PageDraft = {
  [Name in Page['name']]: Omit<Extract<Page, { name: Name }>, 'error' | 'fields'>;
}[Page['name']];

/** Answers with a page for browsers, and JSON for the rest. */
export async function answer(context: Context, draft: PageDraft, json: unknown): Promise<void> {
  const { req, res } = context;
  if (wantsHtml(req)) await showPage(context, textsFor(context), draft, null, 200);
  else sendJson(req, res, 200, json);
}

/** Sends browsers on, and answers the rest with JSON. */
export function answerOrRedirect(context: Context, location: string, json: unknown): void {
  if (wantsHtml(context.req)) redirect(context.res, location);
  else sendJson(context.req, context.res, 200, json);
}

/**
 * Tells of a refusal: by a problem document, by sending a browser to the page that helps, or by showing it
 * the form again.
 *
 * @param again the form that may be tried again; left out: a page that says what went wrong
 */
export async function answerRefusal(
  context: Context,
  refusal: RouteRefusal,
  again?: PageDraft,
): Promise<void> {
  const { req, res, core } = context;
  if ('location' in refusal) {
    refuse(context, refusal);
    return;
  }
  const seconds = waitSeconds(context, refusal);
  if (seconds !== undefined) res.setHeader('Retry-After', String(seconds));
  if (PROBLEMS[refusal.code].status === 401) res.setHeader('WWW-Authenticate', challenge(refusal.code));
  if (!wantsHtml(req)) {
    sendProblem(req, res, refusal.code, members(refusal));
    return;
  }
  const { homePath, loginPath } = core.options;
  const texts = textsFor(context);
  const error: PageError = { code: refusal.code, message: message(texts, refusal, seconds) };
  const draft = again ?? { name: 'error', model: { home: homePath, login: loginPath } };
  await showPage(context, texts, draft, error, PROBLEMS[refusal.code].status);
}

/** Tells of a problem that has no details. */
export function answerProblem(context: Context, code: ProblemCode): Promise<void> {
  return answerRefusal(context, { ok: false, code });
}

async function showPage(
  context: Context,
  texts: Texts,
  draft: PageDraft,
  error: PageError | null,
  status: number,
): Promise<void> {
  const { req, request, res, core } = context;
  const { render, formFields, allowedOrigins } = core.options;
  const page = { ...draft, error, fields: formFields(request, res) } as Page;
  setAnswerHeaders(res);
  res.statusCode = status;
  if (render) {
    await render(request, res, page);
    return;
  }
  const formTargets = ["'self'", ...allowedOrigins].join(' ');
  res.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; style-src ${STYLE_HASH}; form-action ${formTargets}; base-uri 'none'; frame-ancestors 'none'`,
  );
  const text = renderPage(page, texts);
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(req.method === 'HEAD' ? undefined : text);
}

function textsFor({ req, request, core }: Context): Texts {
  return chooseTexts(req, request, core.options);
}

function members({ until, minutes, reason }: Refused): Record<string, unknown> {
  return {
    ...(until === undefined ? {} : { until: until === null ? null : new Date(until).toISOString() }),
    ...(minutes === undefined ? {} : { minutes }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Seconds until codes are judged again (`Retry-After`, RFC 9110 §10.2.3). */
function waitSeconds(context: Context, { until }: Refused): number | undefined {
  if (until === undefined || until === null) return undefined;
  return Math.max(1, Math.ceil((until - now(context)) / 1000));
}

function message(texts: Texts, refusal: Refused, seconds: number | undefined): string {
  if (refusal.minutes !== undefined) return texts.clockSkew(refusal.minutes);
  if (refusal.reason !== undefined)
    return texts.impersonationRefused[refusal.reason] ?? texts.problems[refusal.code];
  if (seconds !== undefined) return texts.lockedFor(seconds);
  return refusal.code === 'locked' ? texts.lockedForGood : texts.problems[refusal.code];
}
