import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';

/** What a browser says of itself when it goes to a page. */
export const NAVIGATES = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'same-origin',
} as const;
/** What a program says. */
export const CALLS = { accept: 'application/json' } as const;

const FORM = { 'content-type': 'application/x-www-form-urlencoded' } as const;
const JSON_BODY = { 'content-type': 'application/json' } as const;
type Headers = Readonly<Record<string, string>>;

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly location: string | undefined;
  readonly text: string;
  /** The body where it is JSON, else an empty object. */
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the server answers
  readonly body: any;
}

/** Where a client calls: a port of this machine, and the passwords there; by default every password is "password". */
export interface Address {
  readonly port: number;
  readonly passwordOf?: (login: string) => string;
  /** Connections that stay open; without, each request has one of its own. */
  readonly connections?: Agent;
}

/** Connections to a server that stay open until it fails: a request then takes two thirds. */
export function connectionsTo(server: Server): Agent {
  server.keepAliveTimeout = 0;
  return new Agent({ keepAlive: true });
}

/** A program or a browser with a cookie jar of its own, over real sockets. Redirects are answers like others. */
export class Client {
  readonly cookies: Map<string, string>;
  readonly #address: Address;

  constructor(address: Address, cookies: ReadonlyMap<string, string> = new Map()) {
    this.cookies = new Map(cookies);
    this.#address = address;
  }

  /** The cookies as a header has them. */
  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** A second browser with a copy of the cookies. */
  copy(): Client {
    return new Client(this.#address, this.cookies);
  }

  /** Asks as a program. */
  get(path: string, headers: Headers = {}): Promise<Answer> {
    return this.send('GET', path, { ...CALLS, ...headers });
  }

  /** Sends JSON as a program, or a form when the body is one. */
  post(path: string, body: unknown = {}, headers: Headers = {}): Promise<Answer> {
    if (body instanceof URLSearchParams) {
      return this.send('POST', path, { ...CALLS, ...FORM, ...headers }, String(body));
    }
    return this.send('POST', path, { ...CALLS, ...JSON_BODY, ...headers }, JSON.stringify(body));
  }

  /** Opens a page as a browser does. */
  open(path: string, headers: Headers = {}): Promise<Answer> {
    return this.send('GET', path, { ...NAVIGATES, ...headers });
  }

  /** Sends a form as a browser does. */
  submit(path: string, fields: Record<string, string> = {}, headers: Headers = {}): Promise<Answer> {
    const body = String(new URLSearchParams(fields));
    return this.send('POST', path, { ...NAVIGATES, ...FORM, ...headers }, body);
  }

  /** Sends any request as a program, and keeps no cookie of the answer. */
  peek(method: string, path: string, headers: Headers = {}, body?: string): Promise<Answer> {
    return this.copy().send(method, path, { ...CALLS, ...headers }, body);
  }

  /** Posts bytes as they are, of a type or, where that is empty, of none; keeps no cookie of the answer. */
  postRaw(path: string, body: string | Buffer, type = JSON_BODY['content-type'] as string): Promise<Answer> {
    const headers = type === '' ? CALLS : { ...CALLS, 'content-type': type };
    return this.copy().send('POST', path, headers, body);
  }

  /** What a browser sends with a request that it makes from a page. */
  from(page: string): { readonly referer: string } {
    return { referer: `http://127.0.0.1:${String(this.#address.port)}${page}` };
  }

  /** The first step, as a program. */
  login(username: string, password = this.#passwordOf(username)): Promise<Answer> {
    return this.post('/login', { username, password });
  }

  /** The first step, as a browser. */
  logInByForm(username = 'alice', password = this.#passwordOf(username)): Promise<Answer> {
    return this.submit('/login', { username, password });
  }

  /** Whom the small panel sees; `null`: nobody. */
  async me(): Promise<unknown> {
    return (await this.get('/me')).body.user;
  }

  /** Whom the example panel sees, from who signed in to who is acted as; the code of the refusal when nobody is. */
  async who(): Promise<string> {
    const { status, body } = await this.get('/api/me');
    return status === 200
      ? [...(body.actors as string[]), body.user as string].join(' > ')
      : String(body.code);
  }

  /** Begins to act as an account. */
  actAs(account: unknown): Promise<Answer> {
    return this.post('/two-step/impersonation', { account });
  }

  /** Ends to act as somebody. */
  leave(): Promise<Answer> {
    return this.post('/two-step/impersonation/leave');
  }

  /** Sends exactly these headers and this body, with the cookies, and keeps the cookies of the answer. */
  send(method: string, path: string, given: Headers = {}, body?: string | Buffer): Promise<Answer> {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const cookie = this.cookies.size === 0 ? {} : { cookie: this.cookie };
    const headers = { ...cookie, ...length, ...given };
    const { port, connections: agent = false } = this.#address;
    const to = { host: '127.0.0.1', port, method, path, headers, agent };
    return new Promise((resolve, reject) => {
      const sent = request(to, (res) => {
        const { socket } = res;
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', reject);
        res.on('end', () => {
          if ((res.statusCode ?? 0) >= 500) socket.destroy(); // Express may end it too, a moment later
          this.#keep(res.headers['set-cookie'] ?? []);
          resolve(answerOf(res.statusCode ?? 0, res.headers, Buffer.concat(chunks).toString('utf8')));
        });
      });
      sent.on('error', reject);
      // With a text Node.js would also send the headers as UTF-8.
      sent.end(body === undefined ? undefined : Buffer.from(body));
    });
  }

  #passwordOf(login: string): string {
    return this.#address.passwordOf?.(login) ?? 'password';
  }

  #keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (isOver(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

/** Whether a Set-Cookie takes a cookie away; Max-Age goes before Expires. */
function isOver(line: string): boolean {
  const age = /; *max-age=([^;]*)/i.exec(line)?.[1];
  if (age !== undefined) return Number(age) <= 0;
  const expires = /; *expires=([^;]*)/i.exec(line)?.[1];
  return expires !== undefined && Date.parse(expires) <= Date.now();
}

function answerOf(status: number, headers: IncomingHttpHeaders, text: string): Answer {
  const isJson = text !== '' && (headers['content-type'] ?? '').includes('json');
  const body: unknown = isJson ? JSON.parse(text) : {};
  return { status, headers, location: headers.location, text, body };
}
