import type { SoftKey } from './soft-key.js';

type Asked = Record<'challenge', Uint8Array> & Record<string, unknown>;
type Answering = (publicKey: Asked) => unknown;

/** What a browser says when a prompt for a key comes to nothing. */
export function domException(name: string): Error {
  return Object.assign(new Error(name), { name });
}

/**
 * Puts what pages of a browser ask keys by into this process, until it is taken out again.
 *
 * @param answers what each prompt gives or throws; `null`: a browser without keys
 * @returns takes it out
 */
export function installKeys(answers: Partial<Record<'get' | 'create', Answering>> | null): () => void {
  const before = ['navigator', 'PublicKeyCredential'].map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  const prompt =
    (answer: Answering = () => null) =>
    async ({ publicKey, signal }: { publicKey: Asked; signal?: AbortSignal }) => {
      signal?.throwIfAborted();
      return answer(publicKey);
    };
  const credentials = answers && { get: prompt(answers.get), create: prompt(answers.create) };
  set('navigator', { credentials: credentials ?? undefined });
  set('PublicKeyCredential', answers ? Object : undefined);
  return () => {
    for (const [name, was] of before) {
      if (was) Object.defineProperty(globalThis, name, was);
      else Reflect.deleteProperty(globalThis, name);
    }
  };
}

/** The prompts of a browser that has this key. */
export function promptsOf(key: SoftKey): Record<'get' | 'create', Answering> {
  return {
    create: ({ challenge, rp }) =>
      credential(key.create({ challenge: base64url(challenge), rp: rp as { id: string } })),
    get: ({ challenge, rpId }) =>
      credential(key.get({ challenge: base64url(challenge), rpId: String(rpId) })),
  };
}

function set(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** A credential as browsers have it: bytes instead of text. */
function credential({ id, response }: ReturnType<SoftKey['create']>): unknown {
  const { transports, ...texts } = response;
  const buffers = Object.entries(texts).map(([name, text]) => [name, bytes(text as string)]);
  return {
    rawId: bytes(id),
    response: {
      ...Object.fromEntries(buffers),
      ...(transports !== undefined && { getTransports: () => transports }),
    },
  };
}

function bytes(base64url: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(base64url, 'base64url')).buffer;
}

function base64url(data: Uint8Array): string {
  return Buffer.from(data).toString('base64url');
}
