import express from 'express';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { HttpError } from './http-error.js';

/** Whatever a form or a program sends here is short. */
const BODY_MAXIMUM_BYTES = 16_384;

const refuse: ErrorRequestHandler = ({ status }: { status?: unknown }, _req, _res, next) => {
  const problem =
    status === 413
      ? new HttpError(413, 'body-malformed', 'The request is too large.')
      : new HttpError(400, 'body-malformed', 'The request could not be read.');
  next(problem);
};

/** Reads JSON and forms; what cannot be read is refused with `body-malformed`. */
export const readBodies: (RequestHandler | ErrorRequestHandler)[] = [
  express.json({ limit: BODY_MAXIMUM_BYTES }),
  express.urlencoded({ extended: false, limit: BODY_MAXIMUM_BYTES }),
  refuse,
];
