import { supportsKeys } from '/second-factor-client.js';
import { call, twoStep } from './api.js';
import { askProofInDialog } from './proof.js';
import { complain, onPress, onSend, part, say, show } from './ui.js';

/** Runs an action. If the server wants a fresh proof for it, asks the user for one and runs the action again. */
async function withFreshProof({ enrolled }, action) {
  try {
    return await action();
  } catch (error) {
    if (error.code !== 'step-up-required' || !enrolled) throw error;
    const isDone = await askProofInDialog('Confirm that it is you', (proof) => twoStep.stepUp(proof));
    return isDone ? await action() : undefined;
  }
}

/** The home page, for everybody who is signed in. */
export async function home(go, status, reason) {
  const { user } = await call('/api/me');
  const { view } = show('home', 'Your notes');
  if (reason?.code === 'other-account') complain(view, reason);
  part(view, 'user').textContent = user;
  onPress(view, 'secret', async () => {
    const read = await withFreshProof(status, () => call('/api/secret'));
    if (read) part(view, 'secret').textContent = read.secret;
  });
  onPress(view, 'logout', async () => {
    await call('/api/logout', 'POST');
    await go('start');
  });
  showSettings(view, go, status);
}

function showSettings(view, go, status) {
  const { enrolled, recoveryCodesLeft, recoveryCodesConfirmed, authenticators, securityKeys } = status;
  part(view, 'state').textContent = enrolled
    ? `It is on. ${recoveryCodesLeft} recovery codes are left.`
    : 'It is off: your password alone opens this account.';
  part(view, 'unsaved').hidden = recoveryCodesConfirmed !== false;
  part(view, 'enrolled').hidden = !enrolled;
  const changed = (text) => async (done) => {
    if (!done) return;
    await go('start');
    say(text);
  };

  const factors = [
    ...authenticators.map(({ id, name }) => [
      `${name || 'Authenticator app'}`,
      () => twoStep.removeAuthenticator(id),
    ]),
    ...securityKeys.map(({ credentialId, name }) => [
      name || 'Passkey',
      () => twoStep.removeKey(credentialId),
    ]),
  ];
  part(view, 'factors').replaceChildren(
    ...factors.map(([name, remove]) => {
      const item = document.createElement('li');
      const button = document.createElement('button');
      Object.assign(button, { type: 'button', className: 'quiet', textContent: 'Remove' });
      button.ariaLabel = `Remove ${name}`;
      onPress(view, button, () => withFreshProof(status, remove).then(changed(`${name} is removed.`)));
      item.append(name, button);
      return item;
    }),
  );

  const app = onPress(view, 'app', () => withFreshProof(status, () => go('setup')));
  const first = enrolled ? 'Add an authenticator app' : 'Enable with an authenticator app';
  app.textContent = authenticators.length > 0 ? 'Use another app instead' : first;
  const key = onPress(view, 'key', async () => {
    const added = await withFreshProof(status, () => twoStep.addKey());
    if (added?.recoveryCodes) await go('recoveryCodes', added);
    else await changed('The passkey is added.')(added);
  });
  key.hidden = !supportsKeys();
  onPress(view, 'others', () =>
    withFreshProof(status, () => twoStep.endOtherSessions()).then(
      changed('Everywhere else a code is asked for again.'),
    ),
  );
  onPress(view, 'codes', async () => {
    let shown;
    await askProofInDialog('Make new recovery codes', async (proof) => {
      shown = await twoStep.newRecoveryCodes(proof);
    });
    if (shown) await go('recoveryCodes', shown);
  });
  onPress(view, 'disable', async () => {
    const isDone = await askProofInDialog('Disable two-step authentication', (proof) =>
      twoStep.disable(proof),
    );
    await changed('Two-step authentication is disabled.')(isDone);
  });
}

/** The set-up of an authenticator app. */
export async function setup(go) {
  const { id, account, key, qr } = await twoStep.startSetup();
  const { view } = show('setup');
  const image = part(view, 'qr');
  image.hidden = qr === null;
  if (qr !== null) image.src = `data:image/svg+xml,${encodeURIComponent(qr)}`;
  part(view, 'account').textContent = account;
  part(view, 'key').textContent = key;
  onSend(view, 'confirm', async ({ code }) => {
    const added = await twoStep.confirmSetup(id, code);
    if (added.recoveryCodes) await go('recoveryCodes', added);
    else await go('start');
  });
  onPress(view, 'cancel', async () => {
    await twoStep.cancelSetup();
    await go('start');
  });
}

/** New recovery codes. The server does not show them again. */
export function recoveryCodes(go, { recoveryCodes: codes, recoveryCodesSet: set }) {
  const { view } = show('recovery-codes');
  part(view, 'codes').replaceChildren(
    ...codes.map((code) => Object.assign(document.createElement('li'), { textContent: code })),
  );
  onPress(view, 'copy', async () => {
    await navigator.clipboard.writeText(codes.join('\n'));
    say('The codes are copied.');
  });
  onPress(view, 'saved', async () => {
    await twoStep.confirmRecoveryCodes(set);
    await go('start');
  });
}
