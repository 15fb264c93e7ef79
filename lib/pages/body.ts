import type { IncomingMessage } from 'node:http';
import express from 'express';
import type { RequestHandler } from 'express';
import { SecondFactorError } from '../errors.js';

/** A form of ours has a handful of short fields. */
const BODY_MAXIMUM_BYTES = 16_384;
const BODY_MAXIMUM_FIELDS = 50;

/**
 * Parses JSON and urlencoded bodies, unless the application did already. What cannot be read is
 * `body-malformed`.
 */
export function parseBody(): RequestHandler {
  const parsers = [
    express.json({ limit: BODY_MAXIMUM_BYTES }),
    express.urlencoded({ extended: false, limit: BODY_MAXIMUM_BYTES, parameterLimit: BODY_MAXIMUM_FIELDS }),
  ];
  return (req, res, next) => {
    const run = ([parser, ...others]: RequestHandler[]): void => {
      if (parser) {
        void parser(req, res, (error?: unknown) => {
          if (error) next(new SecondFactorError('body-malformed', undefined, { cause: error }));
          else run(others);
        });
      } else if (isReadable(req.body)) next();
      else next(new SecondFactorError('body-malformed'));
    };
    run(isUnread(req) ? parsers : []);
  };
}

/** Whether nobody parsed the body: Express 4 leaves an empty object where the type was another parser's. */
function isUnread(req: IncomingMessage): boolean {
  const { body, _body: parsed } = req as { body?: unknown; _body?: boolean };
  if (body === undefined) return true;
  if (parsed || req.readableEnded || typeof body !== 'object' || body === null) return false;
  return !Array.isArray(body) && Object.keys(body).length === 0;
}

function isReadable(body: unknown): boolean {
  return body === undefined || (typeof body === 'object' && body !== null && !Array.isArray(body));
}
