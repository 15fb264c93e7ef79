import type { IncomingMessage } from 'node:http';
import type { Fault, FieldName } from '../api.js';
import { bodyField, isUnread } from './body-field.js';

/** The fields that our routes and the strategy take: of which types, and what they must be. */
const FIELDS = {
  code: {
    types: ['string'],
    must: 'a string: as many digits as the authenticator shows (six to eight), or a recovery code where one is taken',
  },
  id: { types: ['string'], must: 'a string: the `id` that the list has' },
  account: { types: ['string', 'number'], must: 'a string: the id of an account' },
  from: { types: ['string', 'number'], must: 'a string: the id of the account that the page was made for' },
  name: { types: ['string'], must: 'a string' },
  add: { types: ['boolean'], must: "`true` or `false`, or 'on' of a form" },
} as const satisfies Record<FieldName, { types: readonly string[]; must: string }>;

/** Members of a problem document that say what is wrong with the body. Never hold a value of it. */
export interface FaultMembers {
  readonly fault: Fault;
  /** In English, for those who write the program. */
  readonly detail: string;
  readonly field?: FieldName;
}

const READ =
  'Send application/json or application/x-www-form-urlencoded; a route of the application needs a parser ' +
  'before it, such as express.json()';

/**
 * What is wrong with a field that could not be used; `null` when it is there and of the right type, and its
 * shape tells nothing.
 */
export function faultyField(req: IncomingMessage, field: FieldName): FaultMembers | null {
  const { types, must } = FIELDS[field];
  const { body } = req as { body?: unknown };
  const value = bodyField(req, field);
  const read = unreadBody(req);
  if (read) return { field, ...read };
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { field, ...bodyOfType(body) };
  if (value === undefined) {
    return {
      field,
      fault: 'field-missing',
      detail: `The body has no field \`${field}\`; it must be ${must}.`,
    };
  }
  if (!(types as readonly string[]).includes(typeof value)) {
    return { field, fault: 'field-type', detail: `\`${field}\` must be ${must}; got ${kindOf(value)}.` };
  }
  return field === 'code' ? { field, fault: 'field-shape', detail: `\`code\` must be ${must}.` } : null;
}

/** What is wrong with a body that is none of ours: no object of fields. */
export function bodyOfType(body: unknown): FaultMembers {
  return { fault: 'body-type', detail: `The body must be a JSON object or a form; got ${kindOf(body)}.` };
}

/** What the parsers of Express say of a body they could not read, by the `type` of their error. */
export function unreadableBody(error: unknown): FaultMembers {
  const { type } = (error ?? {}) as { type?: unknown };
  if (type === 'entity.too.large' || type === 'parameters.too.many') {
    return { fault: 'body-too-large', detail: 'The body is larger than 16 KB, or has more than 50 fields.' };
  }
  return {
    fault: 'body-unreadable',
    detail: 'The body is not what its Content-Type, charset and Content-Encoding say.',
  };
}

function unreadBody(req: IncomingMessage): FaultMembers | null {
  if (!isUnread(req)) return null;
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = req.headers;
  if (encoding === undefined && length === '0') {
    return { fault: 'body-missing', detail: 'The request has no body.' };
  }
  return { fault: 'body-not-parsed', detail: `The body was not read. ${READ}.` };
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array (a field of a form that is there twice makes one)';
  return value === null ? 'null' : typeof value;
}
