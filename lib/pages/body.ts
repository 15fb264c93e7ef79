import express from 'express';
import type { RequestHandler } from 'express';
import { hasLeft, isUnread } from '../answer/body-field.js';
import type { FaultMembers } from '../answer/faulty-field.js';
import { bodyOfType, unreadableBody } from '../answer/faulty-field.js';
import { SecondFactorError } from '../errors.js';

/** Our forms have only a few short fields. */
const BODY_MAXIMUM_BYTES = 16_384;
const BODY_MAXIMUM_FIELDS = 50;

/**
 * Parses JSON and urlencoded bodies, unless the application has done so. A body that cannot be read is
 * `body-malformed`. So is a form whose client left before it was read: it would look like an empty one.
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
          if (error) next(new BodyError(unreadableBody(error), error));
          else run(others);
        });
      } else if (hasLeft(req)) next(new BodyError(unreadableBody(undefined)));
      else if (isUnread(req) || isReadable(req.body)) next();
      else next(new BodyError(bodyOfType(req.body)));
    };
    run(isUnread(req) ? parsers : []);
  };
}

/** A body that could not be read, with the members of its problem document. */
export class BodyError extends SecondFactorError {
  readonly members: FaultMembers;

  constructor(members: FaultMembers, cause?: unknown) {
    super('body-malformed', members.detail, { cause });
    this.members = members;
  }
}

function isReadable(body: unknown): boolean {
  return body === undefined || (typeof body === 'object' && body !== null && !Array.isArray(body));
}
