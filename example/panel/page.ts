import type { Request, Response } from 'express';
import { sessionOf, userOf, whoIsThere } from './http.js';
import type { Html } from './views/html.js';
import { layout } from './views/layout.js';

/** Sends a page of the panel to who is signed in. A notice is told once. */
export function sendPage(req: Request, res: Response, title: string, body: Html): void {
  const { notice = null } = req.session;
  if (notice !== null) delete req.session.notice;
  const { user, level, actors } = whoIsThere(req);
  const leave = `${sessionOf(req).path}/impersonation/leave`;
  const from = userOf(req).id;
  res.send(layout({ title, path: req.path, user, level, actors, leave, from, notice }, body));
}
