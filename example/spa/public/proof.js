import { supportsKeys } from '/second-factor-client.js';
import { twoStep } from './api.js';
import { onPress, onSend, part, template } from './ui.js';

/**
 * Asks for a code, a recovery code or a passkey, in the part `proof` of a view.
 *
 * @param digits of the codes; none: only a recovery code can be typed
 * @param publicKey what passkeys are asked; none: the account has none
 * @param prove what is done with the proof
 * @param signal ends the prompt of the browser
 */
export function askProof(view, { digits, publicKey, prove, signal }) {
  part(view, 'proof').replaceChildren(template('proof'));
  view.querySelector('label[for="proof-code"]').textContent =
    digits.length > 0 ? 'Code of your app, or a recovery code' : 'Recovery code';
  onSend(view, 'prove', ({ code }) => prove(code));
  const button = onPress(view, 'prove-by-key', async () => prove(await twoStep.askKey({ signal })));
  button.hidden = !publicKey || !supportsKeys();
}

/** Asks for a proof in a dialog, and does something with it; resolves with `false` where the user closed it. */
export async function askProofInDialog(title, prove) {
  const { digits, publicKey } = await twoStep.stepUpForm();
  document.body.append(template('dialog'));
  const dialog = document.querySelector('dialog');
  dialog.querySelector('h2').textContent = title;
  const controller = new AbortController();
  let isDone = false;
  askProof(dialog, {
    digits,
    publicKey,
    signal: controller.signal,
    async prove(proof) {
      await prove(proof);
      isDone = true;
      dialog.close();
    },
  });
  onPress(dialog, 'close', () => dialog.close());
  dialog.showModal();
  dialog.querySelector('input').focus();
  await new Promise((closed) => dialog.addEventListener('close', closed));
  controller.abort();
  dialog.remove();
  return isDone;
}
