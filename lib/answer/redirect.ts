import type { IncomingMessage, ServerResponse } from 'node:http';
import escapeHtml from 'escape-html';
import { setAnswerHeaders } from './headers.js';
import { clientOf, isRestored } from './negotiate.js';

/** Stands for whatever origin the application has; reserved by RFC 2606. */
const RELATIVE = 'http://relative.invalid';
/** What unpoly needs to show an answer wherever it was asked from: a layer of its own. */
const UNPOLY_LAYER = '{"mode":"modal","target":"main","animation":false,"history":false}';

/**
 * Sends the browser to another page with GET (303, RFC 9110 §15.4.4); htmx and unpoly would put that page into
 * their own, so they are told to load it.
 */
export function redirect(req: IncomingMessage, res: ServerResponse, location: string): void {
  const client = clientOf(req);
  if (client === 'htmx' || client === 'unpoly') {
    loadPage(req, res, location);
    return;
  }
  setAnswerHeaders(res);
  res.statusCode = 303;
  res.setHeader('Location', encoded(location));
  res.setHeader('Content-Length', '0');
  res.end();
}

/** Makes a script of the application load a page as a browser does, instead of putting it into its own. */
export function loadPage(req: IncomingMessage, res: ServerResponse, location: string): void {
  const client = clientOf(req);
  const target = encoded(location);
  if (client === 'htmx') {
    res.setHeader('HX-Redirect', target);
    sendHtml(res, isRestored(req) ? leadingTo(target) : '');
  } else if (client === 'unpoly') {
    res.setHeader('X-Up-Open-Layer', UNPOLY_LAYER);
    sendHtml(res, leadingTo(target));
  } else sendHtml(res, '<!doctype html><meta name="turbo-visit-control" content="reload"><title></title>');
}

/** What a script puts into its page, and a browser goes on from. */
function leadingTo(target: string): string {
  const link = escapeHtml(target);
  return `<main><meta http-equiv="refresh" content="0; url=${link}"><a href="${link}" up-follow="false">${link}</a></main>`;
}

function sendHtml(res: ServerResponse, text: string): void {
  setAnswerHeaders(res);
  res.statusCode = 200;
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(text));
  // With an empty text the headers would go out before the session is saved, and the browser would be quicker.
  res.end(text === '' ? undefined : text);
}

/** The location in ASCII: a header holds nothing else. */
function encoded(location: string): string {
  if (/^[\x21-\x7e]*$/.test(location)) return location;
  const url = new URL(location, RELATIVE);
  return url.origin === RELATIVE ? url.pathname + url.search + url.hash : url.href;
}
