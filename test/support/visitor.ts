import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

/** What a server answered. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the server answers
  readonly json: any;
}

/** A page as a person without JavaScript has it before himself. */
export interface ShownPage {
  readonly status: number;
  /** Where the redirects ended. */
  readonly path: string;
  readonly html: string;
  /** What there is to read, in one line. */
  readonly words: string;
}

const REDIRECTS_MAXIMUM = 5;
const PERSON = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'sec-fetch-mode': 'navigate' };
const PROGRAM = { accept: 'application/json' };

/** Somebody with cookies of his own who knows nothing but an address: a person, and a program. */
export class Visitor {
  readonly #port: number;
  readonly #cookies = new Map<string, string>();

  constructor(port: number) {
    this.#port = port;
  }

  /** Asks as a program. */
  get(path: string): Promise<Reply> {
    return this.#ask('GET', path, PROGRAM);
  }

  /** Sends JSON as a program. */
  post(path: string, body: unknown = {}): Promise<Reply> {
    const headers = { ...PROGRAM, 'content-type': 'application/json' };
    return this.#ask('POST', path, headers, JSON.stringify(body));
  }

  /** Opens a page, and goes where it leads. */
  async open(path: string): Promise<ShownPage> {
    return this.#land(path, await this.#ask('GET', path, { ...PERSON, 'sec-fetch-site': 'none' }));
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
    const headers = { ...PERSON, 'sec-fetch-site': 'same-origin' };
    const form64 = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
    return this.#land(action, await this.#ask('POST', action, form64, fields.toString()));
  }

  /** Follows a link of a page. */
  follow(page: ShownPage, link: string): Promise<ShownPage> {
    const found = [...page.html.matchAll(/<a\b[^>]*>[\s\S]*?<\/a\s*>/g)].find(
      ([each]) => wordsOf(each) === link,
    );
    if (!found) throw new Error(`${page.path} has no link "${link}": ${page.words}`);
    return this.open(attribute(found[0], 'href'));
  }

  async #land(path: string, answer: Reply): Promise<ShownPage> {
    let [at, reply] = [path, answer];
    for (let i = 0; reply.headers.location !== undefined && i < REDIRECTS_MAXIMUM; i++) {
      at = reply.headers.location;
      reply = await this.#ask('GET', at, { ...PERSON, 'sec-fetch-site': 'same-origin' });
    }
    return { status: reply.status, path: at, html: reply.text, words: wordsOf(reply.text) };
  }

  #ask(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Reply> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const options = { host: '127.0.0.1', port: this.#port, method, path, agent: false };
    return new Promise((done, reject) => {
      const sent = request(
        { ...options, headers: { ...headers, ...(cookie !== '' && { cookie }) } },
        (res) => {
          let text = '';
          res.setEncoding('utf8').on('data', (part: string) => (text += part));
          res.on('end', () => {
            for (const line of res.headers['set-cookie'] ?? []) {
              const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
              this.#cookies.set(name, value);
            }
            const isJson = (res.headers['content-type'] ?? '').includes('json');
            const json: unknown = isJson ? JSON.parse(text) : undefined;
            done({ status: res.statusCode ?? 0, headers: res.headers, text, json });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

function attribute(tag: string, name: string): string {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
}

function wordsOf(html: string): string {
  const text = html.replace(/<(svg|head)\b[\s\S]*?<\/\1>/g, ' ').replace(/<[^>]*>/g, ' ');
  return text.replaceAll('&amp;', '&').replace(/\s+/g, ' ').trim();
}
