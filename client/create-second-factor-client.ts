import type {
  Added,
  BrowserList,
  CodeForm,
  Done,
  KeyRequired,
  Left,
  ProofJson,
  Proved,
  SecurityKeyForm,
  SetupJson,
  ShownCodes,
  SignedInStatus,
  StateJson,
  Status,
  StepUpForm,
} from '../lib/api.js';
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
 * The JSON routes of the package as functions, for a page in a browser. It keeps nothing, and sends requests to `origin`
 * alone: by default the page's own.
 *
 * @throws {TypeError} where `basePath` is no path, or `origin` no origin
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
  const change = (path: string, call: CallOptions | undefined, body: object = {}) =>
    send<SignedInStatus>(path, 'state', call, body);
  const going = async <Answer extends { readonly state: string }>(
    answer: Promise<Answer>,
  ): Promise<Answer> => {
    const read = await answer;
    if (!('returnTo' in read)) return read;
    return { ...read, returnTo: placeAt(read.returnTo, returnToOrigins) ?? '/' };
  };

  const client: SecondFactorClient = {
    status: (call) => send<Status>('', 'state', call),

    login: async (path, body, call) => client.readLogin(await fetch(path, body, call, 'follow'), call),
    readLogin: (response, call) => loginOutcome(response, client.status, call),

    async codeForm(call) {
      const form = await send<CodeForm | StateJson>('/verify', 'state', call);
      if ('wait' in form) return form;
      throw new SecondFactorClientError('login-required');
    },
    verify: (proof, { rememberBrowser = false, ...call } = {}) =>
      going(send<Proved | KeyRequired>('/verify', 'state', call, { ...proofOf(proof), rememberBrowser })),
    cancel: async (call) => void (await send<StateJson>('/cancel', 'state', call, {})),

    stepUpForm: (call) => send<StepUpForm>('/step-up', 'state', call),
    stepUp: (proof, call) => going(send<Proved>('/step-up', 'state', call, proofOf(proof))),

    async askKey({ publicKey, ...call } = {}) {
      const asked = publicKey ?? (await freshRequest(client, call));
      if (!asked) throw new SecondFactorClientError('key-missing');
      return { credential: await signWithKey(asked, call.signal) };
    },

    startSetup: ({ add = false, name = '', ...call } = {}) =>
      send<SetupJson>('/setup', 'key', call, { add, name }),
    setup: (call) => send<SetupJson>('/setup', 'key', call),
    confirmSetup: (id, code, call) => going(send<Added>('/setup/confirm', 'state', call, { id, code })),
    cancelSetup: (call) => send<Status>('/setup/cancel', 'state', call, {}),

    disable: async (proof, call) => void (await change('/disable', call, proofOf(proof))),
    newRecoveryCodes: (proof, call) =>
      send<ShownCodes>('/recovery-codes', 'recoveryCodes', call, proofOf(proof)),
    confirmRecoveryCodes: (set, call) => change('/recovery-codes/confirm', call, { set }),

    removeAuthenticator: (id, call) => change('/authenticators/remove', call, { id }),
    endOtherSessions: (call) => change('/sessions/end', call),

    keys: (call) => send<SecurityKeyForm>('/security-keys', 'publicKey', call),
    async addKey({ name = '', ...call } = {}) {
      const { publicKey } = await client.keys(call);
      if (!publicKey) throw new SecondFactorClientError('security-key-limit');
      const credential = await makeKey(publicKey, call.signal);
      return going(send<Added>('/security-keys', 'state', call, { credential, name }));
    },
    removeKey: (id, call) => change('/security-keys/remove', call, { id }),
    renameKey: (id, name, call) => change('/security-keys/rename', call, { id, name }),

    browsers: async (call) => (await send<BrowserList>('/browsers', 'browsers', call)).browsers,
    forgetBrowser: async (id, call) => void (await send<Done>('/browsers/revoke', '', call, { id })),
    forgetAllBrowsers: async (call) => void (await send<Done>('/browsers/revoke', '', call, { all: true })),

    actAs: (account, call) => change('/impersonation', call, { account }),
    leave: ({ from, ...call } = {}) =>
      going(send<Left>('/impersonation/leave', 'state', call, from === undefined ? {} : { from })),
  };
  return client;
}

function proofOf(proof: Proof): ProofJson {
  return typeof proof === 'string' ? { code: proof } : proof;
}

/** What keys are asked now: by the form of a sign-in, or by the form for a fresh proof. */
async function freshRequest(client: SecondFactorClient, call: CallOptions) {
  const status = await client.status(call);
  const { publicKey } = status.state === 'pending' ? status : await client.stepUpForm(call);
  return publicKey;
}
