import { expect } from 'chai';
import type { SettingsPage } from '../../../lib/index.js';
import { english } from '../../../lib/pages/texts-en.js';
import { renderPage } from '../../../lib/pages/views/render-page.js';

const PAGE: SettingsPage = {
  name: 'settings',
  language: 'en',
  issuer: 'Acme',
  error: null,
  success: null,
  serverTime: Date.UTC(2026, 0, 1),
  fields: {},
  keyScript: null,
  script: { text: '', hash: '' },
  model: {
    activity: null,
    endSessions: '',
    digits: [6],
    account: 'alice',
    actors: [],
    leave: '/leave',
    from: 'alice',
    securityKeys: null,
    keys: 0,
    key: null,
    insteadOf: 'app',
    refused: null,
    enrolled: false,
    otherFactor: false,
    neededFor: null,
    needsKey: false,
    notDone: false,
    required: false,
    requiredFrom: Date.UTC(2031, 0, 1),
    recoveryCodesLeft: 0,
    recoveryCodesConfirmed: null,
    recoveryCodesSet: null,
    confirmRecoveryCodes: '/recovery-codes/confirm',
    authenticators: [],
    mayAdd: true,
    mayRemove: false,
    removeAuthenticator: '/remove',
    browsers: null,
    setup: '/setup',
    disable: '/disable',
    recoveryCodes: '/recovery-codes',
    wait: null,
    home: '/home',
  },
};

const wayHome = (page: SettingsPage): string | undefined =>
  /<a href="\/home">([^<]*)</.exec(renderPage(page, english))?.[1];

describe('pages/views/settings', () => {
  it('lets the owner put a deadline off, and asks nothing of who acts as the account', () => {
    expect(wayHome(PAGE)).to.equal('Later');
    expect(wayHome({ ...PAGE, model: { ...PAGE.model, actors: ['root'] } })).to.equal('Back');
    expect(wayHome({ ...PAGE, model: { ...PAGE.model, requiredFrom: null } })).to.equal('Back');
  });
});
