import type { Application, RequestHandler } from 'express';
import { pathOf } from '../session/app-request.js';

/** Whether the path of a URL has slashes in a row, or a backslash, which Express takes for a slash in some URLs. */
export function hasOddSlashes(url: string): boolean {
  return /\/\/|\\/.test(pathOf(url).replace(/^\w+:\/\//, ''));
}

/**
 * Passes on what is spelled as no route of the application can be. So a rule of the application on a path of the router,
 * such as a limiter, holds for every request that the router answers. Express 4 drops a second slash after a mount path.
 * Case and a slash at the end count as in the application.
 */
export const passOnOtherSpellings: RequestHandler = (req, _res, next) => {
  const [whole, path] = [pathOf(req.originalUrl), pathOf(req.url)];
  // A Router without an application has none.
  const app = req.app as Application | undefined;
  const follows = (setting: string): boolean => app?.enabled(setting) === true;
  const hasOtherEnd = whole !== '/' && whole.endsWith('/') && follows('strict routing');
  const hasOtherCase = path !== path.toLowerCase() && follows('case sensitive routing');
  next(hasOddSlashes(whole) || hasOtherEnd || hasOtherCase ? 'router' : undefined);
};
