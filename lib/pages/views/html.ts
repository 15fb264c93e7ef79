import escapeHtml from 'escape-html';

/** Text that is already HTML. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: strings are escaped, HTML is not, lists are joined, `null` is nothing. */
export type HtmlValue = string | number | Html | null | readonly HtmlValue[];

/** A template whose values are escaped. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.reduce((text, part, i) => text + render(values[i - 1] ?? null) + part));
}

function render(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return value === null ? '' : value.map(render).join('');
}
