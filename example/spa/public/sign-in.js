import { supportsKeys } from '/second-factor-client.js';
import { twoStep } from './api.js';
import { askProof } from './proof.js';
import { complain, onPress, onSend, part, show } from './ui.js';

/** Login and password. */
export function login(go, reason) {
  const { view } = show('login');
  if (reason) complain(view, reason);
  const form = onSend(view, 'login', async (fields) => {
    const outcome = await twoStep.login('/api/login', fields);
    if (outcome.next === 'refused') {
      const isOurs = outcome.response.status === 401;
      throw Object.assign(new Error(), { code: isOurs ? 'password-invalid' : 'unexpected-answer' });
    }
    await go('start', outcome.status);
  });
  form.elements.username.focus();
}

/** The code form: the second step. */
export async function code(go) {
  const { digits, publicKey, wait, serverTime } = await twoStep.codeForm();
  const { view, signal } = show('code');
  if (wait?.until) countDown(view, (Date.parse(wait.until) - Date.parse(serverTime)) / 1000, signal);
  askProof(view, {
    digits,
    publicKey,
    signal,
    async prove(proof) {
      try {
        await twoStep.verify(proof);
      } catch (error) {
        if (error.retryAfter) countDown(view, error.retryAfter, signal);
        throw error;
      }
      await go('start');
    },
  });
  onPress(view, 'cancel', async () => {
    await twoStep.cancel();
    await go('start');
  });
  view.querySelector('input').focus();
}

/** The policy requires a second factor, and the account has none. */
export function enroll(go, { setup }) {
  const { view } = show('enroll');
  onPress(view, 'app', () => go('setup')).hidden = setup.endsWith('/security-keys');
  const key = onPress(view, 'key', async () => {
    const added = await twoStep.addKey();
    // No recovery codes: another tab has enabled a second factor meanwhile, and has shown them.
    await (added.recoveryCodes ? go('recoveryCodes', added) : go('start'));
  });
  key.hidden = !supportsKeys();
  onPress(view, 'cancel', async () => {
    await twoStep.cancel();
    await go('start');
  });
}

let stopClock = () => undefined;

/** Says for how long codes are not checked. It counts seconds, because the clock of the browser may be wrong. */
function countDown(view, seconds, signal) {
  stopClock();
  const end = performance.now() + seconds * 1000;
  const note = part(view, 'wait');
  const tick = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    note.hidden = left <= 0;
    const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    note.textContent = `Codes are checked again in ${clock}. A recovery code works at once.`;
    if (left <= 0) stopClock();
  };
  const timer = setInterval(tick, 1000);
  stopClock = () => clearInterval(timer);
  signal.addEventListener('abort', stopClock);
  tick();
}
