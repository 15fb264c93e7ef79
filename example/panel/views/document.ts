import { sendOnce } from 'passport-second-factor';
import { Html, html } from './html.js';

const SEND_ONCE_ELEMENT = new Html(`<script>${sendOnce.text}</script>`);

/** A complete document around a body. What else stands in the head comes before the panel's style, which wins. */
export function document(title: string, className: string, body: Html, head: Html | null = null): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Acme Panel</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        ${head}
        <link rel="stylesheet" href="/style.css" />
        ${SEND_ONCE_ELEMENT}
      </head>
      <body class="${className}">
        ${body}
      </body>
    </html>`.text;
}
