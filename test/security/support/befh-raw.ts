import { request } from 'node:http';
import type { RunningPanel } from '../../support/panel-process.js';
import type { Answer, Client } from '../../support/client.js';

/** Sends a body as it is, with the cookies of a jar; what comes back changes no cookie. */
export function sendRaw(
  panel: RunningPanel,
  jar: Client,
  path: string,
  body: string | Buffer,
  type = 'application/json',
): Promise<Answer> {
  const headers = {
    accept: 'application/json',
    cookie: [...jar.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    ...(type !== '' && { 'content-type': type }),
    'content-length': String(Buffer.byteLength(body)),
  };
  return new Promise((done, reject) => {
    const sent = request(panel.url + path, { method: 'POST', headers, agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (part: string) => (text += part));
      res.on('end', () => {
        const json = (res.headers['content-type'] ?? '').includes('json');
        const { statusCode: status = 0, headers } = res;
        const parsed: unknown = json ? JSON.parse(text) : {};
        done({ status, headers, location: headers.location, text, body: parsed });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
