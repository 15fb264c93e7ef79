import type { Application, RequestHandler } from 'express';
import { pathOf } from '../session/app-request.js';

/** Whether the path of a URL has slashes in a row. Express takes a backslash for a slash in some URLs. */
export function hasSlashesInARow(url: string): boolean {
  return /[/\\]{2}/.test(pathOf(url).replace(/^\w+:\/\//, ''));
}

/**
 * Passes on what is spelled as no route of the application can be. So a rule of the application on a path of the router,
 * such as a limiter, holds for every request that the router answers. Express 4 drops a second slash after a mount path.
 * Case and a slash at the end count as in the application.
 */
export const passOnOtherSpellings: RequestHandler = (req, _res, next) => {
  const path = pathOf(req.url);
  // A Router without an application has none.
  const app = req.app as Application | undefined;
  const follows = (setting: string): boolean => app?.enabled(setting) === true;
  const hasOtherEnd = path !== '/' && path.endsWith('/') && follows('strict routing');
  const hasOtherCase = path !== path.toLowerCase() && follows('case sensitive routing');
  next(hasSlashesInARow(req.originalUrl) || hasOtherEnd || hasOtherCase ? 'router' : undefined);
};
