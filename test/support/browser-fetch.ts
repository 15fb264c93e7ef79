import type { Client } from './client.js';

/** `fetch` as the pages of a panel have it: with the cookies of a client, and `Sec-Fetch-Site` of the panel's own page. */
export function browserFetch(client: Client): typeof globalThis.fetch {
  const go = async (path: string, init: RequestInit): Promise<Response> => {
    init.signal?.throwIfAborted();
    const headers: Record<string, string> = { 'sec-fetch-site': 'same-origin', ...(init.headers as object) };
    const body = init.body as string | undefined;
    const answer = await client.send(init.method ?? 'GET', path, headers, body);
    init.signal?.throwIfAborted();
    if (answer.location !== undefined && init.redirect === 'follow') {
      return go(answer.location, { headers: { accept: headers.accept ?? '' } });
    }
    const kept = Object.entries(answer.headers).filter(([, value]) => typeof value === 'string');
    return new Response(answer.text === '' ? null : answer.text, {
      status: answer.status,
      headers: kept as [string, string][],
    });
  };
  return (url, init = {}) => go(url as string, init);
}
