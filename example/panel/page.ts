import type { Request, Response } from 'express';
import { sessionOf, userOf, whoIsThere } from './http.js';
import type { Html } from './views/html.js';
import type { Frame } from './views/layout.js';
import { layout } from './views/layout.js';

/** Sends a page of the panel to who is signed in; the title says so where something was refused. A notice is told once. */
export function sendPage(req: Request, res: Response, heading: string, body: Html): void {
  const { notice = null } = req.session;
  if (notice !== null) delete req.session.notice;
  const title = res.statusCode < 400 ? heading : `Error: ${heading}`;
  res.send(layout({ ...frameOf(req, heading), title, notice }, body));
}

/** What stands around a page for who is signed in. */
export function frameOf(req: Request, heading: string): Frame {
  const leave = `${sessionOf(req).path}/impersonation/leave`;
  return {
    title: heading,
    heading,
    path: req.path,
    ...whoIsThere(req),
    leave,
    from: userOf(req).id,
    notice: null,
  };
}
