import type { ErrorRequestHandler, RequestHandler } from 'express';
import { HttpError } from './http-error.js';
import { wantsPage } from './http.js';
import { sendPage } from './page.js';
import { problemOf, sendProblem } from './problem.js';
import { endedText } from './views/ended.js';
import { errorPage, errorTitle, errorView } from './views/error.js';

/** Nothing is there. */
export const answerNotFound: RequestHandler = (_req, _res, next) => {
  next(new HttpError(404, 'not-found', 'There is nothing here.'));
};

/** What names no path, `OPTIONS *` for example, needs no session: no user is looked up for it. */
export const answerPathsOnly: RequestHandler = (req, res, next) => {
  if (req.path.startsWith('/')) next();
  else void answerNotFound(req, res, next);
};

/** Answers every error: people get a page, programs a problem document. What is our fault goes to the log. */
export const answerError: ErrorRequestHandler = (error: unknown, req, res, next) => {
  const ended = endedText(req.secondFactor?.ended ?? '');
  const found = problemOf(error);
  const problem = ended === null ? found : { ...found, title: `${ended} Nothing was done.` };
  if (problem.status >= 500) console.error(error);
  if (res.headersSent) {
    // The session could not be saved after the answer was sent, or half of an answer is out.
    if (!res.writableEnded) next(error);
  } else if (wantsPage(req)) {
    res.status(problem.status);
    // After 401 nobody is signed in any more.
    if (req.user && problem.status !== 401 && problem.status < 500)
      sendPage(req, res, errorTitle(problem), errorView(problem));
    else res.send(errorPage(problem));
  } else sendProblem(res, problem);
};
