import { supportsKeys } from '/second-factor-client.js';
import { twoStep } from './api.js';
import { onPress, onSend, part, template } from './ui.js';

/**
 * Asks for a code, a recovery code or a passkey, in the part `proof` of a view.
 *
 * @param digits how many digits codes may have; empty: the account has no app, so only recovery codes work
 * @param publicKey what to ask passkeys; absent: the account has none
 * @param prove gets the proof, and sends it
 * @param signal closes the prompt of the browser
 */
export function askProof(view, { digits, publicKey, prove, signal }) {
  part(view, 'proof').replaceChildren(template('proof'));
  view.querySelector('label[for="proof-code"]').textContent =
    digits.length > 0 ? 'Code of your app, or a recovery code' : 'Recovery code';
  onSend(view, 'prove', ({ code }) => prove(code));
  const button = onPress(view, 'prove-by-key', async () => prove(await twoStep.askKey({ signal })));
  button.hidden = !publicKey || !supportsKeys();
}

/**
 * The same in a dialog. Resolves with whether `prove` was done; `false`: the user closed the dialog. If they close it
 * before the answer came, it waits for the answer: what was sent may be done already.
 */
export async function askProofInDialog(title, prove) {
  const { digits, publicKey } = await twoStep.stepUpForm();
  document.body.append(template('dialog'));
  const dialog = document.querySelector('dialog');
  dialog.querySelector('h2').textContent = title;
  const controller = new AbortController();
  let isDone = false;
  let sending = Promise.resolve();
  askProof(dialog, {
    digits,
    publicKey,
    signal: controller.signal,
    async prove(proof) {
      sending = prove(proof).then(() => {
        isDone = true;
      });
      await sending.finally(() => {
        sending = Promise.resolve();
      });
      dialog.close();
    },
  });
  onPress(dialog, 'close', () => dialog.close());
  dialog.showModal();
  dialog.querySelector('input').focus();
  await new Promise((closed) => dialog.addEventListener('close', closed));
  controller.abort();
  dialog.remove();
  await sending;
  return isDone;
}
