import type { ProofJson } from '../lib/api.js';
import { loginOutcome } from './login-outcome.js';
import { placeAt } from './same-place.js';
import { SecondFactorClientError } from './second-factor-client-error.js';
import type {
  CallOptions,
  Proof,
  SecondFactorClient,
  SecondFactorClientOptions,
} from './second-factor-client.js';
import { makeKey, signWithKey } from './security-keys.js';
import { createTransport } from './transport.js';

/**
 * The JSON routes of the package as functions, for a page in a browser. It keeps no state. It sends requests only to
 * `origin`, by default the page's own.
 *
 * @throws {TypeError} if `basePath` is not a path, or `origin` is not an origin
 * @example
 * import { createSecondFactorClient } from 'passport-second-factor/client';
 *
 * const client = createSecondFactorClient({ basePath: '/two-step' });
 * const outcome = await client.login('/login', { username: 'alice', password: 'alice-password' });
 * if (outcome.next === 'code-required') await client.verify('123456');
 */
export function createSecondFactorClient(options: SecondFactorClientOptions = {}): SecondFactorClient {
  const { returnToOrigins = [] } = options;
  const { fetch, send } = createTransport(options);
  const going = async <Answer extends { readonly state: string }>(
    answer: Promise<Answer>,
  ): Promise<Answer> => {
    const read = await answer;
    if (!('returnTo' in read)) return read;
    return { ...read, returnTo: placeAt(read.returnTo, returnToOrigins) ?? '/' };
  };

  const client: SecondFactorClient = {
    status: (call) => send('GET /', 'state', call),

    login: async (path, body, call) => client.readLogin(await fetch(path, body, call, 'follow'), call),
    readLogin: (response, call) => loginOutcome(response, client.status, call),

    async codeForm(call) {
      const form = await send('GET /verify', 'state', call);
      if ('wait' in form) return form;
      throw new SecondFactorClientError('login-required');
    },
    verify: (proof, { rememberBrowser = false, ...call } = {}) =>
      going(send('POST /verify', 'state', call, { ...proofOf(proof), rememberBrowser })),
    cancel: async (call) => void (await send('POST /cancel', 'state', call, {})),

    stepUpForm: (call) => send('GET /step-up', 'state', call),
    stepUp: (proof, call) => going(send('POST /step-up', 'state', call, proofOf(proof))),

    async askKey({ publicKey, ...call } = {}) {
      const asked = publicKey ?? (await freshRequest(client, call));
      if (!asked) throw new SecondFactorClientError('key-missing');
      return { credential: await signWithKey(asked, call.signal) };
    },

    startSetup: ({ add = false, name = '', ...call } = {}) => send('POST /setup', 'key', call, { add, name }),
    setup: (call) => send('GET /setup', 'key', call),
    confirmSetup: (id, code, call) => going(send('POST /setup/confirm', 'state', call, { id, code })),
    cancelSetup: (call) => send('POST /setup/cancel', 'state', call, {}),

    disable: async (proof, call) => void (await send('POST /disable', 'state', call, proofOf(proof))),
    newRecoveryCodes: (proof, call) => send('POST /recovery-codes', 'recoveryCodes', call, proofOf(proof)),
    confirmRecoveryCodes: (set, call) => send('POST /recovery-codes/confirm', 'state', call, { set }),

    removeAuthenticator: (id, call) => send('POST /authenticators/remove', 'state', call, { id }),
    endOtherSessions: (call) => send('POST /sessions/end', 'state', call, {}),

    keys: (call) => send('GET /security-keys', 'publicKey', call),
    async addKey({ name = '', ...call } = {}) {
      const { publicKey } = await client.keys(call);
      if (!publicKey) throw new SecondFactorClientError('security-key-limit');
      const credential = await makeKey(publicKey, call.signal);
      return going(send('POST /security-keys', 'state', call, { credential, name }));
    },
    removeKey: (id, call) => send('POST /security-keys/remove', 'state', call, { id }),
    renameKey: (id, name, call) => send('POST /security-keys/rename', 'state', call, { id, name }),

    browsers: async (call) => (await send('GET /browsers', 'browsers', call)).browsers,
    forgetBrowser: async (id, call) => void (await send('POST /browsers/revoke', '{}', call, { id })),
    forgetAllBrowsers: async (call) => void (await send('POST /browsers/revoke', '{}', call, { all: true })),

    actAs: (account, call) => send('POST /impersonation', 'state', call, { account }),
    leave: (call) => going(send('POST /impersonation/leave', 'state', call, {})),
  };
  return client;
}

function proofOf(proof: Proof): ProofJson {
  return typeof proof === 'string' ? { code: proof } : proof;
}

/** What to ask keys now: for the sign-in that waits, or else for a fresh proof. */
async function freshRequest(client: SecondFactorClient, call: CallOptions) {
  const status = await client.status(call);
  const { publicKey } = status.state === 'pending' ? status : await client.stepUpForm(call);
  return publicKey;
}
