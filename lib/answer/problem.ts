import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Problem, ProblemMembers } from '../api.js';
import { PROBLEMS, problemType } from '../errors.js';
import type { ProblemCode } from '../errors.js';
import { setAnswerHeaders } from './headers.js';

/** A problem document (RFC 9457) for a code. `type` ends in the code, which is also there as `code`. */
export function problemDocument(code: ProblemCode, members: ProblemMembers = {}): Problem {
  const { status, title } = PROBLEMS[code];
  return { type: problemType(code), title, status, code, ...members };
}

/** Answers a request with a problem document. */
export function sendProblem(
  req: IncomingMessage,
  res: ServerResponse,
  code: ProblemCode,
  members: ProblemMembers = {},
): void {
  sendJson(req, res, PROBLEMS[code].status, problemDocument(code, members), 'application/problem+json');
}

/** Answers a request with JSON. A HEAD request gets the headers only. */
export function sendJson(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  body: unknown,
  type = 'application/json',
): void {
  const bytes = Buffer.from(JSON.stringify(body), 'utf8');
  setAnswerHeaders(res);
  res.statusCode = status;
  res.setHeader('Content-Type', `${type}; charset=utf-8`);
  res.setHeader('Content-Length', bytes.length);
  res.end(req.method === 'HEAD' ? undefined : bytes);
}
