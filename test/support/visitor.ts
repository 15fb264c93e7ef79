import { Client } from './client.js';
import type { Address, Answer } from './client.js';

/** A page as a person without JavaScript sees it. */
export interface ShownPage {
  readonly status: number;
  /** Where the redirects ended. */
  readonly path: string;
  readonly html: string;
  /** What there is to read, in one line. */
  readonly words: string;
}

const REDIRECTS_MAXIMUM = 5;

/** Somebody with cookies of their own who knows nothing but an address: a person, and a program. */
export class Visitor {
  readonly #client: Client;

  constructor(address: Address) {
    this.#client = new Client(address);
  }

  /** Asks as a program. */
  get(path: string): Promise<Answer> {
    return this.#client.get(path);
  }

  /** Sends JSON as a program. */
  post(path: string, body: unknown = {}): Promise<Answer> {
    return this.#client.post(path, body);
  }

  /** Opens a page, and goes where it leads. */
  async open(path: string): Promise<ShownPage> {
    return this.#land(path, await this.#client.open(path, { 'sec-fetch-site': 'none' }));
  }

  /** Presses a button of a page: sends the form it stands in, with what is hidden in it and what was typed. */
  async press(page: ShownPage, button: string, typed: Record<string, string> = {}): Promise<ShownPage> {
    const form = [...page.html.matchAll(/<form\b[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].find(
      ([, , inside = '']) =>
        [...inside.matchAll(/<button\b[^>]*>([\s\S]*?)<\/button>/g)].some(
          ([, label = '']) => wordsOf(label) === button,
        ),
    );
    if (!form) throw new Error(`${page.path} has no button "${button}": ${page.words}`);
    const [, action = '', inside = ''] = form;
    const fields = new URLSearchParams();
    for (const [input] of inside.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)) {
      fields.set(attribute(input, 'name'), attribute(input, 'value'));
    }
    for (const [name, value] of Object.entries(typed)) {
      if (!inside.includes(`name="${name}"`)) throw new Error(`"${button}" asks for no ${name}`);
      fields.set(name, value);
    }
    return this.#land(action, await this.#client.submit(action, Object.fromEntries(fields)));
  }

  /** Follows a link of a page. */
  follow(page: ShownPage, link: string): Promise<ShownPage> {
    const found = [...page.html.matchAll(/<a\b[^>]*>[\s\S]*?<\/a\s*>/g)].find(
      ([each]) => wordsOf(each) === link,
    );
    if (!found) throw new Error(`${page.path} has no link "${link}": ${page.words}`);
    return this.open(attribute(found[0], 'href'));
  }

  async #land(path: string, answer: Answer): Promise<ShownPage> {
    let [at, last] = [path, answer];
    for (let i = 0; last.location !== undefined && i < REDIRECTS_MAXIMUM; i++) {
      at = last.location;
      last = await this.#client.open(at);
    }
    return { status: last.status, path: at, html: last.text, words: wordsOf(last.text) };
  }
}

function attribute(tag: string, name: string): string {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
}

function wordsOf(html: string): string {
  const text = html.replace(/<(svg|head)\b[\s\S]*?<\/\1>/g, ' ').replace(/<[^>]*>/g, ' ');
  return text.replaceAll('&amp;', '&').replace(/\s+/g, ' ').trim();
}
