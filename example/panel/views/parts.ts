import { html } from './html.js';
import type { Html, HtmlValue } from './html.js';

/** How something stands. */
export type Tone = 'good' | 'warn' | 'bad' | 'plain';

/** A short word on how something stands; the word alone says it, the colour only helps. */
export function badge(text: string, tone: Tone = 'plain'): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}

/** A box with a heading. */
export function card(title: string, body: HtmlValue, className = ''): Html {
  return html`<section class="card ${className}">
    <h2>${title}</h2>
    ${body}
  </section>`;
}

/** A figure with its name. */
export function figure(name: string, value: string, detail: string): Html {
  return html`<div class="figure">
    <dt>${name}</dt>
    <dd>${value} <small>${detail}</small></dd>
  </div>`;
}

/** Figures side by side. */
export function figures(...all: readonly Html[]): Html {
  return html`<dl class="figures">${all}</dl>`;
}

/** How full something is. */
export function usage(name: string, percent: number, detail: string): Html {
  const id = `usage-${name.toLowerCase().replace(/\W+/g, '-')}`;
  return html`<div class="usage">
    <span id="${id}">${name}</span> <span class="muted">${detail}</span>
    <meter aria-labelledby="${id}" min="0" max="100" low="75" high="90" optimum="0" value="${percent}">
      ${percent} %
    </meter>
  </div>`;
}

/** A table that turns into a list of cards on a phone; its roles say what it is in both shapes. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly HtmlValue[])[],
): Html {
  const cell = (value: HtmlValue, i: number): Html =>
    i === 0
      ? html`<th scope="row" role="rowheader">${value}</th>`
      : html`<td role="cell" data-label="${columns[i] ?? ''}">${value}</td>`;
  return html`<table role="table">
    <caption class="hidden">
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map((column) => html`<th scope="col" role="columnheader">${column}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map((row) => html`<tr role="row">${row.map(cell)}</tr>`)}
    </tbody>
  </table>`;
}

/** Says on the page that domains, services and figures are invented. */
export const DEMO_NOTE: Html = html`<p class="demo">
  Demonstration data. Accounts, passwords and two-step authentication are real.
</p>`;

/** What is wrong with a field, above it: the field names it by `aria-describedby="error"`. */
export function errorMessage(text: string): Html {
  return html`<p class="message bad" role="alert" id="error">${text}</p>`;
}
