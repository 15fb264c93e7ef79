import type { RequestHandler } from 'express';
import { endedText } from './views/ended.js';

/** Tells people on the next page why they are not who they were, once. */
export const tellEnds: RequestHandler = (req, _res, next) => {
  const reason = req.secondFactor?.ended ?? null;
  const text = reason === null ? null : endedText(reason);
  if (text !== null) req.session.notice = { text, isDone: false };
  next();
};
