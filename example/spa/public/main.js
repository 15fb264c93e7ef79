import { showAccount, twoStep } from './api.js';
import { home, recoveryCodes, setup } from './settings.js';
import { code, enroll, login } from './sign-in.js';
import { beforeComplaint, complain, onPress, show } from './ui.js';

/** Errors after which the page begins again: the session has ended, needs another step, or is somebody else's. */
const CHANGED = [
  'login-required',
  'sign-in-expired',
  'session-required',
  'code-required',
  'enrollment-required',
  'other-account',
];

/** Shows a view by its name: each is a function that gets `go` and its data. */
const views = { start, login, code, enroll, setup, recoveryCodes, home };
const go = (name, ...data) => views[name](go, ...data);

/** Shows the view for the state that the server tells, on load and after each change. */
async function start(_go, known, reason) {
  try {
    const status = known ?? (await twoStep.status());
    showAccount(status);
    if (status.state === 'anonymous') await go('login', reason);
    else if (status.state === 'pending') await go('code');
    else if (status.state === 'must-enroll') await go('enroll', status);
    else await go('home', status, reason);
  } catch (error) {
    const { view } = show('unavailable');
    complain(view, error);
    onPress(view, 'again', () => go('start'));
  }
}

// Of every error in a view: what a new view answers is not shown as a message.
beforeComplaint((error) => {
  if (error.code === 'aborted') return true;
  if (!CHANGED.includes(error.code)) return false;
  document.querySelector('dialog')?.close();
  void go('start', undefined, error);
  return true;
});
await go('start');
