import { safeReturnTo } from '../answer/return-to.js';
import { ownReferrer } from '../answer/same-origin.js';
import type { Context } from '../session/context.js';

const NO_ORIGINS: ReadonlySet<string> = new Set();

/** The page of the application that a form was sent from, a path on this origin; `null`: unknown, or another site. */
export function cameFrom({ core, req, request }: Context): string | null {
  const { publicPath, mountPath, basePath, secure } = core.options;
  const path = safeReturnTo(ownReferrer(req, { secure: secure(request) }), NO_ORIGINS);
  const ours = [basePath, publicPath + mountPath];
  const isOurs = ours.some((place) => path === place || path?.startsWith(`${place}/`));
  return isOurs ? null : path;
}
