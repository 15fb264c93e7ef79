import type { Request, Response } from 'express';
import type { SecondFactorOptions } from 'passport-second-factor';
import { frameOf } from './page.js';
import { contentSecurityPolicy } from './security-headers.js';
import type { User } from './users.js';
import { editPath } from './views/log-in-as.js';
import { document } from './views/document.js';
import { Html, html } from './views/html.js';
import { layout } from './views/layout.js';
import { LOGO } from './views/logo.js';

/** The way on where an account opens by its own sign-in alone: a password for it, by who may set it. */
function edit(account: string | undefined): Html | null {
  return account === undefined
    ? null
    : html`<p class="after"><a class="button quiet" href="${editPath(account)}">Edit ${account}</a></p>`;
}

/** The pages of two-step authentication as pages of the panel: its navigation, who is there, and the way out. */
export const frameTwoStep: SecondFactorOptions<User>['layout'] = (request, response, content) => {
  const [req, res] = [request as Request, response as Response];
  const [head, body] = [new Html(content.head), new Html(content.body)];
  res.set('Content-Security-Policy', contentSecurityPolicy(content.policy));
  const { title, heading, error } = content;
  if (req.user) {
    // What was refused on a page of another place is no settings page.
    const frame = { ...frameOf(req, heading), title, path: content.name === 'error' ? '' : '/settings' };
    return layout(frame, html`${body}${edit(error?.account)}`, head);
  }
  const gate = html`<main><p class="brand">${LOGO} Acme Panel</p><h1>${heading}</h1>${body}</main>`;
  return document(title, 'gate', gate, head);
};
