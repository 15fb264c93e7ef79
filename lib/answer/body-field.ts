import type { IncomingMessage } from 'node:http';

/** One field of the body, of whatever type it is; `undefined` when it is not there. */
export function bodyField(req: IncomingMessage, name: string): unknown {
  const { body } = req as { body?: unknown };
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  return (body as Record<string, unknown>)[name];
}

/** Whether a field is a ticked box of a form, or `true` in JSON. */
export function isTicked(value: unknown): boolean {
  return value === true || value === 'on' || value === 'true';
}
