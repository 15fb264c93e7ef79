import { STATUS_CODES } from 'node:http';
import type { Response } from 'express';
import { SecondFactorError } from 'passport-second-factor';
import { HttpError } from './http-error.js';

/** What is told of an error (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code?: string;
}

/** What people read where the error itself is for operators. */
const SENTENCES: Readonly<Record<number, string>> = {
  400: 'The request could not be read.',
  401: 'Sign in first.',
  403: 'This is not allowed.',
  413: 'The request is too large.',
  503: 'This cannot be checked right now. Try again in a moment.',
};

/** Sends a problem document. */
export function sendProblem(res: Response, problem: Problem): void {
  res.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** What may be told of an error: of one that nobody foresaw, nothing. */
export function problemOf(error: unknown): Problem {
  if (error instanceof HttpError) {
    const { type, status, code, message } = error;
    return { type, title: message, status, code };
  }
  const status = statusOf(error);
  const title = SENTENCES[status] ?? STATUS_CODES[status] ?? 'Something went wrong.';
  if (error instanceof SecondFactorError && status !== 500) {
    return { type: error.type, title, status, code: error.code };
  }
  return { type: 'about:blank', title, status };
}

/** The status an error asks for, as Express reads it. */
function statusOf(error: unknown): number {
  const { status } = (error ?? {}) as { status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
