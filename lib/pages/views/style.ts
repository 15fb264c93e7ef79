import { hashSource } from './hash-source.js';

/**
 * The style of all pages. Applications change the look with their own stylesheet, mostly by the variables, or with
 * `render`.
 */
export const STYLE = `
:root { color-scheme: light dark; --sf-accent: #1f5fbf; --sf-accent-text: #fff; --sf-page: #eef1f5; --sf-card: #fff;
  --sf-text: #1b2430; --sf-muted: #56616f; --sf-line: #d5dbe3; --sf-field: #76818f; --sf-good: #12643a;
  --sf-good-page: #e2f4e9; --sf-warn: #7a4b00; --sf-warn-page: #fdf0d5; --sf-error: #a4161a; --sf-error-page: #fdecec;
  --sf-shadow: 0 1px 2px #1b243014, 0 8px 24px #1b243014; --sf-radius: 12px;
  --sf-font: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  --sf-code-font: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
@media (prefers-color-scheme: dark) { :root { --sf-accent: #7fb0ff; --sf-accent-text: #0b1a30; --sf-page: #12171e;
  --sf-card: #1b222c; --sf-text: #e8edf3; --sf-muted: #a3afbd; --sf-line: #313b48; --sf-field: #7d8998;
  --sf-good: #8fe0b3; --sf-good-page: #14352a; --sf-warn: #f5cf86; --sf-warn-page: #3b2d10; --sf-error: #ffb4b4;
  --sf-error-page: #3a1d20; --sf-shadow: none; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; padding: 6vh 1rem 3rem; background: var(--sf-page); color: var(--sf-text);
  font: 1rem/1.5 var(--sf-font); }
.brand, main { max-width: 28rem; margin: 0 auto; }
.page-setup .brand, .page-setup main, .page-recovery-codes .brand, .page-recovery-codes main { max-width: 44rem; }
.brand { display: flex; align-items: center; gap: .6rem; padding: 0 .25rem 1rem; font-weight: 600; overflow-wrap: anywhere; }
.brand .icon { width: 1.75rem; height: 1.75rem; color: var(--sf-accent); }
main { padding: 2rem; background: var(--sf-card); border: 1px solid var(--sf-line); border-radius: var(--sf-radius);
  box-shadow: var(--sf-shadow); }
main > :last-child, section > :last-child, li > :last-child { margin-bottom: 0; }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; }
h1, h2, button, .button { overflow-wrap: break-word; hyphens: auto; }
h2 { margin: 0 0 .5rem; font-size: 1.0625rem; line-height: 1.35; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
.muted { color: var(--sf-muted); font-size: .9375rem; }
.icon { flex: none; width: 1.25em; height: 1.25em; }
.notice { display: flex; gap: .65rem; padding: .75rem .9rem; border-radius: 8px; }
.notice .icon { margin-top: .125em; }
button + .notice { margin-top: .75rem; }
.or { margin: 1rem 0; color: var(--sf-muted); text-align: center; }
.error { color: var(--sf-error); background: var(--sf-error-page); }
.good { color: var(--sf-good); background: var(--sf-good-page); }
.warn { color: var(--sf-warn); background: var(--sf-warn-page); }
.state { display: inline-flex; align-items: center; gap: .4rem; margin: 0 0 1rem; padding-block: .25rem; padding-inline: .5rem .75rem;
  border-radius: 99px; color: var(--sf-muted); background: var(--sf-page); font-size: .9375rem; font-weight: 600; }
.state.on { color: var(--sf-good); background: var(--sf-good-page); }
section { margin: 1.75rem 0 0; padding: 1.75rem 0 0; border-top: 1px solid var(--sf-line); }
section + p { margin-top: 1.75rem; padding-top: 1.25rem; border-top: 1px solid var(--sf-line); }
form { margin: 0 0 1rem; }
label { display: block; margin-bottom: .4rem; font-weight: 600; }
input[name=code] { display: block; width: 100%; min-height: 3.75rem; margin: 0 0 1rem; padding: .5rem .75rem;
  border: 1px solid var(--sf-field); border-radius: 8px; background: var(--sf-card); color: inherit;
  font: 600 1.75rem/1.2 var(--sf-code-font); letter-spacing: .18em; text-align: center; }
label + .notice { margin-bottom: .5rem; }
.left { font-variant-numeric: tabular-nums; font-weight: 600; }
.over { font-weight: 600; }
.small { min-height: 2rem; margin-top: .5rem; padding: .25rem .75rem; font-size: .875rem; }
.open-app { display: none; }
.clocks { margin: 1rem 0 0; } .clocks summary { padding: .35rem 0; font-size: .9375rem; }
section input[name=code] { min-height: 3.25rem; font-size: 1.375rem; }
input[name=code].recovery-code { min-height: 3rem; font-size: 1rem; letter-spacing: .03em; text-align: start; }
input[aria-invalid] { border-color: var(--sf-error); border-width: 2px; }
button, .button { display: inline-block; min-height: 2.75rem; padding: .6rem 1.25rem; border: 1px solid transparent;
  border-radius: 8px; background: var(--sf-accent); color: var(--sf-accent-text); font: inherit; font-weight: 600;
  line-height: 1.4; text-align: center; text-decoration: none; cursor: pointer; }
button:hover, .button:hover { filter: brightness(1.08); }
.full { width: 100%; }
.quiet { border-color: var(--sf-field); background: none; color: var(--sf-text); }
.danger { border-color: var(--sf-error); background: none; color: var(--sf-error); }
button.plain { padding: .6rem 0; border: 0; background: none; color: var(--sf-accent); font-weight: 400;
  text-align: start; text-decoration: underline; text-underline-offset: .15em; }
a { color: var(--sf-accent); text-underline-offset: .15em; }
a.button { color: var(--sf-accent-text); }
a.quiet { color: var(--sf-text); }
[role=status]:empty { margin: 0; }
.row { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin: 0 0 1rem; }
details { margin: 0 0 1rem; }
summary { padding: .6rem 0; color: var(--sf-accent); cursor: pointer; }
details form { margin: .25rem 0 0; padding: 1rem; border: 1px solid var(--sf-line); border-radius: 8px; }
.box { display: flex; gap: .6rem; align-items: center; min-height: 2.75rem; margin: 0 0 .75rem; font-weight: 400; }
.box input { flex: none; width: 1.25rem; height: 1.25rem; margin: 0; accent-color: var(--sf-accent); }
input[name=name] { display: block; width: 100%; min-height: 2.75rem; margin: 0 0 1rem; padding: .5rem .75rem;
  border: 1px solid var(--sf-field); border-radius: 8px; background: var(--sf-card); color: inherit; font: inherit; }
.entries { margin: 0 0 1rem; padding: 0; list-style: none; }
.entries li { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between;
  padding: .75rem 0; border-top: 1px solid var(--sf-line); }
.entries li:first-child { border-top: 0; }
.entries li > div { flex: 1 1 12rem; overflow-wrap: anywhere; }
.entries p, .entries form { margin: 0; }
.entries span { display: inline-block; }
:focus-visible { outline: 3px solid var(--sf-accent); outline-offset: 2px; }
[tabindex="-1"]:focus { outline: none; }
.steps { margin: 1.5rem 0 1rem; padding: 0; list-style: none; counter-reset: step; }
.steps > li { position: relative; padding-block: 0 1.75rem; padding-inline: 3rem 0; counter-increment: step; }
.steps > li::before { content: counter(step); position: absolute; inset-inline-start: 0; top: -.15rem; width: 1.9rem; height: 1.9rem;
  border-radius: 50%; background: var(--sf-accent); color: var(--sf-accent-text); font-weight: 600; line-height: 1.9rem;
  text-align: center; }
.steps > li:not(:last-child)::after { content: ""; position: absolute; inset-inline-start: .92rem; top: 2.1rem; bottom: .5rem;
  border-inline-start: 2px solid var(--sf-line); }
.steps > li:last-child { padding-bottom: 0; }
.steps form { max-width: 22rem; margin: 0; }
.scan { display: grid; grid-template-columns: minmax(0, 14rem) minmax(0, 1fr); gap: 1.75rem; align-items: start; }
.scan.unscanned { grid-template-columns: minmax(0, 1fr); }
.qr { padding: .25rem; border: 1px solid var(--sf-line); border-radius: 8px; background: #fff; }
.qr svg { display: block; width: 100%; height: auto; }
dl { margin: 0; }
dt { color: var(--sf-muted); font-size: .875rem; }
dd { margin: 0 0 .75rem; overflow-wrap: anywhere; }
.key, .codes li, .time { font-family: var(--sf-code-font); direction: ltr; unicode-bidi: isolate; }
input[name=code] { direction: ltr; } [dir=rtl] .key { text-align: right; }
.key { display: block; user-select: all; font-size: 1.0625rem; font-weight: 600; letter-spacing: .04em; }
.time { font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.codes { display: grid; grid-template-columns: repeat(auto-fit, minmax(17.5rem, 1fr)); gap: .35rem 1.5rem; margin: 0 0 1rem;
  padding: 1rem; border: 1px solid var(--sf-line); border-radius: 8px; list-style: none; }
.codes li { white-space: nowrap; font-size: .9375rem; }
@media (max-width: 40rem) { body { padding: 0; background: var(--sf-card); }
  .brand { padding: 1rem 1.25rem; border-bottom: 1px solid var(--sf-line); }
  main { padding: 1.5rem 1.25rem 2rem; border: 0; border-radius: 0; box-shadow: none; }
  .scan { grid-template-columns: minmax(0, 1fr); gap: 1.25rem; } .qr { max-width: 15rem; }
  .steps > li { padding-inline-start: 0; } .steps > li > h2 { padding-block: .15rem .35rem; padding-inline: 2.6rem 0; }
  .steps > li:not(:last-child)::after { display: none; }
  .open-app { display: block; }
  .codes { padding: .75rem; } .codes li { font-size: .875rem; }
  .row > button, .row > .button { flex: 1 1 auto; } }
@media (pointer: coarse) { .open-app { display: block; } }
.paper { display: none; }
@media (forced-colors: active) { .notice, .state { border: 1px solid; } .danger { border-width: 2px; }
  button:not(.quiet, .danger, .plain), .button:not(.quiet) { border: 3px double; }
  .steps > li::before { border: 1px solid; line-height: calc(1.9rem - 2px); } .qr { forced-color-adjust: none; } }
@media print { body { padding: 0; background: #fff; color: #000; } main { max-width: none; border: 0; box-shadow: none;
  padding: 0; background: none; } .paper { display: block; } .codes { border-color: #000; color: #000; }
  .codes li { font-size: 1rem; break-inside: avoid; }
  .row, form, .notice, .scan, details, button { display: none !important; } }
`;

/** The style's source expression for a Content-Security-Policy. */
export const STYLE_HASH = hashSource(STYLE);
