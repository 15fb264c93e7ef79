import { expect } from 'chai';
import { createSecondFactorClient, supportsKeys } from 'passport-second-factor/client';
import { browserFetch } from '../support/browser-fetch.js';
import { domException, installKeys, promptsOf } from '../support/browser-keys.js';
import { ORIGIN, keyOwner, startKeyPanel, waiting } from '../support/key-panel.js';
import { stopPanels } from '../support/panel.js';
import { rejection, rejectionCode } from '../support/rejection.js';
import { SoftKey } from '../support/soft-key.js';

describe('client/security-keys', () => {
  let restore = (): void => undefined;
  afterEach(async () => {
    restore();
    await stopPanels();
  });

  it('knows whether the browser has keys', () => {
    restore = installKeys(null);
    expect(supportsKeys()).to.equal(false);
    restore();
    restore = installKeys({});
    expect(supportsKeys()).to.equal(true);
  });

  for (const [name, code] of [
    ['NotAllowedError', 'key-cancelled'],
    ['AbortError', 'aborted'],
    ['SecurityError', 'key-unsupported'],
    ['NotSupportedError', 'key-unsupported'],
    ['UnknownError', 'key-failed'],
  ] as const) {
    it(`tells ${name} as ${code}, and sends nothing`, async () => {
      const { client } = await waiting(await startedWithKey());
      const cause = domException(name);
      restore = installKeys({
        get() {
          throw cause;
        },
      });
      const api = createSecondFactorClient({ fetch: browserFetch(client) });
      expect(await rejection(api.askKey())).to.include({ code, status: 0, cause });
      expect(await api.status()).to.include({ state: 'pending' });
    });
  }

  it('tells that the very key in hand is known already', async () => {
    const { client } = await keyOwner(await startKeyPanel());
    restore = installKeys({
      create() {
        throw domException('InvalidStateError');
      },
    });
    const api = createSecondFactorClient({ fetch: browserFetch(client) });
    expect(await rejectionCode(api.addKey())).to.equal('security-key-known');
  });

  it('asks by the form that a page has, without a request', async () => {
    const { client, asked: publicKey } = await waiting(await startedWithKey());
    const key = new SoftKey(ORIGIN);
    restore = installKeys(promptsOf(key));
    const { publicKey: whole } = await createSecondFactorClient({ fetch: browserFetch(client) }).codeForm();
    expect(whole).to.deep.equal(publicKey);
    const silent = createSecondFactorClient({ fetch: () => Promise.reject(new TypeError('no request')) });
    expect((await silent.askKey({ publicKey: whole! })).credential.id).to.equal(key.id);
  });

  it('tells a prompt that gives nothing, a browser without keys, and a call that was given up', async () => {
    const { client } = await waiting(await startedWithKey());
    const api = createSecondFactorClient({ fetch: browserFetch(client) });
    const { publicKey } = await api.codeForm();
    const asked = { publicKey: publicKey! };
    restore = installKeys({});
    expect(await rejectionCode(api.askKey(asked))).to.equal('key-failed');
    const signal = AbortSignal.abort();
    expect(await rejectionCode(api.askKey({ ...asked, signal }))).to.equal('aborted');
    const gone = AbortSignal.abort(new Error('the view is gone'));
    expect(await rejectionCode(api.askKey({ ...asked, signal: gone }))).to.equal('aborted');
    restore();
    restore = installKeys(null);
    expect(await rejectionCode(api.askKey(asked))).to.equal('key-unsupported');
  });

  it('tells a request that no browser can read as a key that failed', async () => {
    restore = installKeys({});
    for (const publicKey of [{}, { challenge: '%' }, { challenge: 'AAAA' }, 'x']) {
      const fetch = () => Promise.resolve(Response.json({ state: 'signed-in', publicKey }));
      const api = createSecondFactorClient({ fetch });
      for (const call of [api.askKey(), api.addKey()]) {
        expect(await rejectionCode(call)).to.equal('key-failed');
      }
    }
  });

  async function startedWithKey() {
    const panel = await startKeyPanel();
    await keyOwner(panel);
    return panel;
  }
});
