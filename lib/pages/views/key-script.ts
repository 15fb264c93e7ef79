import { hashSource } from './hash-source.js';

/**
 * Asks for a passkey or security key (WebAuthn), and sends the form with its answer. Fetches nothing. A credential may
 * be a plain object, as password managers make them. A page makes one key: after that, its button sends this key again,
 * because a second one of the same user handle would take its place on the device. If the page is older than half of
 * what its challenge lasts, the button opens it anew: a key that is made too late would stay on the device, and open
 * nothing. A button that sends the form, for example with a code, sends no credential: one from before was sent
 * already, and its answer got lost. If the browser has no keys, or none on this page, the buttons stay hidden, and a
 * text says so.
 */
export const KEY_SCRIPT = `
(() => {
  for (const said of document.querySelectorAll('[data-key-needs-script]')) said.hidden = true;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/[+]/g, '-').replace(/[/]/g, '_').replace(/=+$/, '');
  const known = (keys) => keys.map((key) => ({ ...key, id: bytes(key.id) }));
  const create = async ({ user, excludeCredentials, ...options }) => {
    const publicKey = { ...options, user: { ...user, id: bytes(user.id) }, excludeCredentials: known(excludeCredentials) };
    const { rawId, response } = await navigator.credentials.create({ publicKey });
    return {
      id: text(rawId),
      response: {
        clientDataJSON: text(response.clientDataJSON),
        attestationObject: text(response.attestationObject),
        transports: response.getTransports ? response.getTransports() : [],
      },
    };
  };
  const get = async ({ allowCredentials, ...options }) => {
    const publicKey = { ...options, allowCredentials: known(allowCredentials) };
    const { rawId, response } = await navigator.credentials.get({ publicKey });
    return {
      id: text(rawId),
      response: {
        clientDataJSON: text(response.clientDataJSON),
        authenticatorData: text(response.authenticatorData),
        signature: text(response.signature),
      },
    };
  };
  let asking = false;
  const opened = Date.now();
  for (const field of document.querySelectorAll('input[data-key]')) {
    const { form } = field;
    const options = JSON.parse(field.dataset.key);
    const button = form.querySelector('[data-key-button]');
    const failed = form.querySelector('[data-key-failed]');
    const rpId = options.rpId || options.rp.id;
    let made = null;
    const isHere = location.hostname === rpId || location.hostname.endsWith('.' + rpId);
    if (!isHere || !window.isSecureContext) {
      form.querySelector('[data-key-elsewhere]').hidden = false;
      continue;
    }
    if (!window.PublicKeyCredential || !navigator.credentials) {
      form.querySelector('[data-key-unknown]').hidden = false;
      continue;
    }
    const ask = async (silent) => {
      if (asking) return;
      asking = true;
      failed.hidden = true;
      try {
        if (options.user && !made && Date.now() - opened > options.timeout / 2) {
          location.assign(form.action);
          return;
        }
        const asked = { ...options, challenge: bytes(options.challenge) };
        if (options.user) made = made || (await create(asked));
        field.value = JSON.stringify(made || (await get(asked)));
        for (const other of form.querySelectorAll('input[required]')) other.required = false;
        form.requestSubmit();
      } catch {
        failed.hidden = silent;
      } finally {
        asking = false;
      }
    };
    button.hidden = false;
    button.addEventListener('click', () => ask(false));
    form.addEventListener('submit', (event) => {
      if (event.submitter) field.value = '';
      if (field.value !== '' || [...form.elements].some(({ type }) => type === 'submit')) return;
      event.preventDefault();
      ask(false);
    });
    if ('asksAtOnce' in field.dataset) ask(true);
  }
})();
`;

/** The script's source expression for a Content-Security-Policy. */
export const KEY_SCRIPT_HASH = hashSource(KEY_SCRIPT);
