import { createHash } from 'node:crypto';

/** The style of all pages. A panel changes the look by its own `render`, or by the variables. */
export const STYLE = `
:root { color-scheme: light dark; --sf-accent: #1f5fbf; --sf-accent-text: #fff; --sf-page: #eef1f5; --sf-card: #fff;
  --sf-text: #1b2430; --sf-muted: #56616f; --sf-line: #c3cbd5; --sf-error: #a4161a; --sf-error-page: #fdecec;
  --sf-font: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; --sf-radius: 8px; }
@media (prefers-color-scheme: dark) { :root { --sf-accent: #7fb0ff; --sf-accent-text: #0b1a30; --sf-page: #12171e;
  --sf-card: #1b222c; --sf-text: #e8edf3; --sf-muted: #a3afbd; --sf-line: #485464; --sf-error: #ffb4b4;
  --sf-error-page: #3a1d20; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: start center; padding: 8vh 1rem 2rem;
  background: var(--sf-page); color: var(--sf-text); font: 1rem/1.5 var(--sf-font); }
main { width: 100%; max-width: 27rem; padding: 2rem; background: var(--sf-card); border: 1px solid var(--sf-line);
  border-radius: var(--sf-radius); }
h1 { margin: 0 0 .75rem; font-size: 1.35rem; line-height: 1.25; }
h2 { margin: 1.75rem 0 .5rem; font-size: 1.05rem; }
p { margin: 0 0 1rem; }
.muted { color: var(--sf-muted); font-size: .9rem; }
.error { padding: .75rem 1rem; border-left: 4px solid var(--sf-error); border-radius: 4px; color: var(--sf-error);
  background: var(--sf-error-page); }
label { display: block; margin-bottom: .35rem; font-weight: 600; }
input[name=code] { width: 100%; min-height: 44px; padding: .65rem .75rem; border: 1px solid var(--sf-muted); border-radius: 6px;
  background: var(--sf-card); color: inherit; font: 1.35rem/1.3 ui-monospace, monospace; letter-spacing: .12em; }
button, .button { display: inline-block; min-height: 44px; padding: .6rem 1.4rem; border: 0; border-radius: 6px;
  background: var(--sf-accent); color: var(--sf-accent-text); font: inherit; font-weight: 600; cursor: pointer;
  text-decoration: none; }
form { margin: 0 0 1rem; }
form > button { margin-top: 1rem; }
main > :last-child { margin-bottom: 0; }
button.plain { padding: .6rem 0; background: none; color: var(--sf-accent); font-weight: 400;
  text-decoration: underline; }
a { color: var(--sf-accent); }
details { margin: 0 0 1rem; }
summary { padding: .5rem 0; color: var(--sf-accent); cursor: pointer; }
details form { margin-top: .5rem; }
:focus-visible { outline: 3px solid var(--sf-accent); outline-offset: 2px; }
.qr { display: block; width: 100%; max-width: 15rem; margin: 0 auto 1rem; padding: .5rem; background: #fff;
  border-radius: 6px; }
.qr svg { display: block; width: 100%; height: auto; }
dl { margin: 0 0 1rem; display: grid; grid-template-columns: auto 1fr; gap: .35rem 1rem; }
dt { color: var(--sf-muted); }
dd { margin: 0; overflow-wrap: anywhere; }
.key, .codes { font-family: ui-monospace, monospace; }
.codes { padding: 1rem; list-style: none; border: 1px solid var(--sf-line); border-radius: 6px; overflow-x: auto; }
.codes li { white-space: nowrap; }
@media (max-width: 30rem) { body { padding: 0; background: var(--sf-card); }
  main { max-width: none; padding: 1.5rem 1.25rem; border: 0; } .codes { padding: .75rem .5rem; font-size: .85rem; } }
`;

/** The style's source expression for a Content-Security-Policy (CSP Level 3 §2.3.1). */
export const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
