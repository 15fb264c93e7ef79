import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the ID token of the next sign-in says beside what each says. */
export type Claims = Readonly<Record<string, unknown>>;

/** A provider of OpenID Connect: the authorization code flow with PKCE, and ID tokens signed with RS256. */
export interface OidcProvider {
  readonly issuer: string;
  /** `fetch` of the issuer's addresses: they are https and lead to this machine. */
  fetch(address: string, options?: object): Promise<Response>;
  /** Who is there, and what is known of how they signed in; `undefined` leaves a claim out. */
  claims: Claims;
  /** What each authorization request asked for. */
  readonly asked: URLSearchParams[];
  stop(): void;
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function startOidcProvider(clientId: string): Promise<OidcProvider> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const grants = new Map<string, URLSearchParams>();
  const signed = (claims: object): string => {
    const text = `${base64url({ alg: 'RS256', kid: 'one' })}.${base64url(claims)}`;
    return `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`;
  };
  const provider = {
    issuer: 'https://provider.example',
    claims: {} as Claims,
    asked: [] as URLSearchParams[],
  };

  const authorize = (asked: URLSearchParams): string => {
    provider.asked.push(asked);
    const code = randomUUID();
    grants.set(code, asked);
    const back = new URL(asked.get('redirect_uri') ?? '');
    back.searchParams.set('code', code);
    if (asked.has('state')) back.searchParams.set('state', asked.get('state') ?? '');
    return back.href;
  };
  const redeem = (form: URLSearchParams): object | null => {
    const code = form.get('code') ?? '';
    const asked = grants.get(code);
    grants.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (asked?.get('code_challenge') !== challenge) return null;
    const iat = Math.floor(Date.now() / 1000);
    const standard = { iss: provider.issuer, aud: clientId, iat, exp: iat + 300 };
    return {
      access_token: 'token',
      token_type: 'Bearer',
      id_token: signed({ ...standard, ...provider.claims }),
    };
  };

  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '', provider.issuer);
    const json = (body: object | null): void => {
      res.writeHead(body ? 200 : 400, { 'content-type': 'application/json' });
      res.end(JSON.stringify(body ?? { error: 'invalid_grant' }));
    };
    switch (pathname) {
      case '/.well-known/openid-configuration':
        json({
          issuer: provider.issuer,
          authorization_endpoint: `${provider.issuer}/authorize`,
          token_endpoint: `${provider.issuer}/token`,
          jwks_uri: `${provider.issuer}/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
          code_challenge_methods_supported: ['S256'],
        });
        break;
      case '/keys':
        json({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] });
        break;
      case '/authorize':
        res.writeHead(302, { location: authorize(searchParams) }).end();
        break;
      default:
        void bodyOf(req).then((body) => json(redeem(new URLSearchParams(body))));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return Object.assign(provider, {
    fetch: (address: string, options?: object) => fetch(address.replace(provider.issuer, url), options),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  });
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
