import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import { Catch, Logger } from '@nestjs/common';
import { challenge } from '../../lib/answer/challenge.js';
import { sendJson, sendProblem } from '../../lib/answer/problem.js';
import { SecondFactorError, isProblemCode } from '../../lib/errors.js';
import type { Refusal, RequestSecondFactor } from '../../lib/session/request-api.js';
import type { NestContext } from './nest-context.js';

type Request = IncomingMessage & { readonly secondFactor?: RequestSecondFactor };

/**
 * Exception filter of NestJS for all errors of this package, on Express:
 * `app.useGlobalFilters(new SecondFactorFilter())`, `@UseFilters(SecondFactorFilter)`, or
 * `{ provide: APP_FILTER, useClass: SecondFactorFilter }`.
 *
 * Where `SecondFactorGuard` refused, or the sign-in waits for a code (`whenCodeRequired: 'error'`), a browser is sent
 * to the page that helps and a program gets a problem document with `location`. Mistakes of the integration and
 * outages go to Nest's logger with their message; for a mistake, the client gets only the status. Outside of HTTP the
 * error is returned, as filters for GraphQL do.
 */
export class SecondFactorFilter {
  /** Answers the request, or outside of HTTP gives the error back. */
  catch(error: SecondFactorError, host: NestContext): SecondFactorError | undefined {
    if (isForOperator(error)) new Logger(SecondFactorFilter.name).error(error.message, error.stack);
    if (host.getType() !== 'http') return error;
    const http = host.switchToHttp();
    answer(error, http.getRequest() as Request, http.getResponse() as ServerResponse);
    return undefined;
  }
}

Catch(SecondFactorError)(SecondFactorFilter);

/** What an operator has to see: mistakes of the integration, which no client is told of, and outages. */
function isForOperator({ code, status }: SecondFactorError): boolean {
  return !isProblemCode(code) || status >= 500;
}

function answer(error: SecondFactorError, req: Request, res: ServerResponse): void {
  const { code, status } = error;
  const refusal = refusalOf(error);
  if (res.headersSent) res.end();
  else if (refusal && req.secondFactor) req.secondFactor.refuse(refusal);
  else if (isProblemCode(code)) {
    if (status === 401) res.setHeader('WWW-Authenticate', challenge(code));
    sendProblem(req, res, code);
  } else sendJson(req, res, status, { statusCode: status, message: STATUS_CODES[status] });
}

/** The refusal in an error that says where it goes on, whichever copy of the package made it. */
function refusalOf({
  code,
  status,
  location,
  maxAge,
}: SecondFactorError & Partial<Pick<Refusal, 'location' | 'maxAge'>>): Refusal | undefined {
  if (!isProblemCode(code) || location === undefined) return undefined;
  return { ok: false, kind: 'guard', code, status, location, ...(maxAge !== undefined && { maxAge }) };
}
