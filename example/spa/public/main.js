import { twoStep } from './api.js';
import { home, recoveryCodes, setup } from './settings.js';
import { code, enroll, login } from './sign-in.js';
import { beforeComplaint, complain, onPress, show } from './ui.js';

/** What ends a session, or takes a step of it back: it ended, a second factor was enabled on another device, and so on. */
const SIGNED_OUT = [
  'login-required',
  'sign-in-expired',
  'session-required',
  'code-required',
  'enrollment-required',
];

const views = { start, login, code, enroll, setup, recoveryCodes, home };
const go = (name, ...data) => views[name](go, ...data);

/** Where the user is, by what the server says: after a load, and after everything that changes it. */
async function start(_go, known, reason) {
  try {
    const status = known ?? (await twoStep.status());
    if (status.state === 'anonymous') await go('login', reason);
    else if (status.state === 'pending') await go('code');
    else if (status.state === 'must-enroll') await go('enroll', status);
    else await go('home', status);
  } catch (error) {
    const { view } = show('unavailable');
    complain(view, error);
    onPress(view, 'again', () => go('start'));
  }
}

beforeComplaint((error) => {
  if (error.code === 'aborted') return true;
  if (!SIGNED_OUT.includes(error.code)) return false;
  document.querySelector('dialog')?.close();
  void go('start', undefined, error);
  return true;
});
await go('start');
