/** Somebody in one of the states a session can be in. */
export type Who = 'anonymous' | 'pending' | 'must-enroll' | 'signed-in' | 'setting-up' | 'verified';

/** What a route answers: a status, with the page's title or the place a browser is sent to. */
interface Row {
  readonly route: string;
  readonly who: Who;
  readonly html: string;
  readonly json: string;
  readonly body?: Record<string, string>;
}

const WRONG = { code: '000000000' };
const ENDED = { html: '401 This did not work', json: '401 sign-in-expired' };
const SETTINGS = '200 Two-step authentication';

/** Every route, for everybody. */
export const ROUTES: readonly Row[] = [
  { route: 'GET /two-step', who: 'anonymous', html: '303 /login', json: '200 anonymous' },
  { route: 'GET /two-step', who: 'pending', html: '303 /two-step/verify', json: '200 pending' },
  { route: 'GET /two-step', who: 'must-enroll', html: '303 /two-step/setup', json: '200 must-enroll' },
  { route: 'GET /two-step', who: 'signed-in', html: SETTINGS, json: '200 signed-in' },
  { route: 'GET /two-step', who: 'verified', html: SETTINGS, json: '200 verified' },
  { route: 'GET /two-step/', who: 'verified', html: SETTINGS, json: '200 verified' },

  { route: 'GET /two-step/verify', who: 'anonymous', html: '303 /login', json: '401 login-required' },
  { route: 'GET /two-step/verify', who: 'pending', html: SETTINGS, json: '200 pending' },
  {
    route: 'GET /two-step/verify',
    who: 'must-enroll',
    html: '303 /two-step/setup',
    json: '200 must-enroll',
  },
  { route: 'GET /two-step/verify', who: 'signed-in', html: '303 /', json: '200 signed-in' },
  { route: 'GET /two-step/verify', who: 'verified', html: '303 /', json: '200 verified' },
  {
    route: 'POST /two-step/verify',
    who: 'anonymous',
    ...ENDED,
  },
  {
    route: 'POST /two-step/verify',
    who: 'pending',
    html: '400 Two-step authentication',
    json: '400 code-malformed',
    body: WRONG,
  },
  {
    route: 'POST /two-step/verify',
    who: 'must-enroll',
    html: '403 This did not work',
    json: '403 enrollment-required',
  },
  { route: 'POST /two-step/verify', who: 'signed-in', html: '303 /', json: '401 sign-in-expired' },
  { route: 'POST /two-step/verify', who: 'verified', html: '303 /', json: '200 verified' },

  {
    route: 'POST /two-step/sessions/end',
    who: 'anonymous',
    html: '303 /login',
    json: '401 login-required',
  },
  {
    route: 'POST /two-step/sessions/end',
    who: 'pending',
    html: '303 /two-step/verify',
    json: '401 code-required',
  },
  {
    route: 'POST /two-step/sessions/end',
    who: 'must-enroll',
    html: '303 /two-step/setup',
    json: '403 enrollment-required',
  },
  {
    route: 'POST /two-step/sessions/end',
    who: 'signed-in',
    html: '409 Two-step authentication',
    json: '409 not-enrolled',
  },

  { route: 'POST /two-step/cancel', who: 'anonymous', html: '303 /login', json: '200 anonymous' },
  { route: 'POST /two-step/cancel', who: 'pending', html: '303 /login', json: '200 anonymous' },
  { route: 'POST /two-step/cancel', who: 'must-enroll', html: '303 /login', json: '200 anonymous' },
  { route: 'POST /two-step/cancel', who: 'signed-in', html: '303 /', json: '200 signed-in' },
  { route: 'POST /two-step/cancel', who: 'verified', html: '303 /', json: '200 verified' },

  { route: 'GET /two-step/setup', who: 'anonymous', html: '303 /login', json: '401 login-required' },
  { route: 'GET /two-step/setup', who: 'pending', html: '303 /two-step/verify', json: '401 code-required' },
  { route: 'GET /two-step/setup', who: 'signed-in', html: '303 /two-step', json: '409 setup-expired' },
  {
    route: 'GET /two-step/setup',
    who: 'setting-up',
    html: '200 Enable two-step authentication',
    json: '200 alice',
  },
  {
    route: 'GET /two-step/setup',
    who: 'must-enroll',
    html: '200 Two-step authentication is required',
    json: '409 setup-expired',
  },
  { route: 'GET /two-step/setup', who: 'verified', html: '303 /two-step', json: '409 setup-expired' },
  { route: 'POST /two-step/setup', who: 'anonymous', ...ENDED },
  { route: 'POST /two-step/setup', who: 'pending', html: '303 /two-step/verify', json: '401 code-required' },
  { route: 'POST /two-step/setup', who: 'signed-in', html: '303 /two-step/setup', json: '200 alice' },
  { route: 'POST /two-step/setup', who: 'setting-up', html: '303 /two-step/setup', json: '200 alice' },
  { route: 'POST /two-step/setup', who: 'must-enroll', html: '303 /two-step/setup', json: '200 alice' },
  { route: 'POST /two-step/setup', who: 'verified', html: '303 /two-step/setup', json: '200 alice' },

  { route: 'POST /two-step/setup/confirm', who: 'anonymous', ...ENDED },
  {
    route: 'POST /two-step/setup/confirm',
    who: 'pending',
    html: '303 /two-step/verify',
    json: '401 code-required',
  },
  {
    route: 'POST /two-step/setup/confirm',
    who: 'signed-in',
    html: '409 Two-step authentication',
    json: '409 setup-expired',
  },
  {
    route: 'POST /two-step/setup/confirm',
    who: 'setting-up',
    html: '400 Enable two-step authentication',
    json: '400 code-malformed',
    body: WRONG,
  },
  {
    route: 'POST /two-step/setup/confirm',
    who: 'verified',
    html: '303 /two-step',
    json: '409 setup-expired',
  },

  { route: 'POST /two-step/setup/cancel', who: 'anonymous', ...ENDED },
  {
    route: 'POST /two-step/setup/cancel',
    who: 'pending',
    html: '303 /two-step/verify',
    json: '401 code-required',
  },
  { route: 'POST /two-step/setup/cancel', who: 'setting-up', html: '303 /two-step', json: '200 signed-in' },
  { route: 'POST /two-step/setup/cancel', who: 'verified', html: '303 /two-step', json: '200 verified' },

  ...['GET /two-step/browsers', 'POST /two-step/browsers/revoke'].flatMap((route): Row[] => [
    { route, who: 'anonymous', html: '303 /login', json: '401 login-required' },
    { route, who: 'pending', html: '303 /two-step/verify', json: '401 code-required' },
    { route, who: 'must-enroll', html: '303 /two-step/setup', json: '403 enrollment-required' },
  ]),
  {
    route: 'GET /two-step/browsers',
    who: 'verified',
    html: '200 Remembered browsers',
    json: '200 undefined',
  },
  {
    route: 'POST /two-step/browsers/revoke',
    who: 'verified',
    body: { id: 'none' },
    html: '404 This did not work',
    json: '404 not-found',
  },
  {
    route: 'POST /two-step/browsers/revoke',
    who: 'verified',
    html: '400 This did not work',
    json: '400 body-malformed',
  },
  {
    route: 'POST /two-step/browsers/revoke',
    who: 'signed-in',
    html: '409 This did not work',
    json: '409 not-enrolled',
  },
  {
    route: 'POST /two-step/authenticators/remove',
    who: 'anonymous',
    html: '303 /login',
    json: '401 login-required',
  },
  {
    route: 'POST /two-step/authenticators/remove',
    who: 'pending',
    html: '303 /two-step/verify',
    json: '401 code-required',
  },
  {
    route: 'POST /two-step/authenticators/remove',
    who: 'verified',
    body: { id: 'none' },
    html: '404 Two-step authentication',
    json: '404 not-found',
  },
  {
    route: 'POST /two-step/authenticators/remove',
    who: 'verified',
    html: '400 Two-step authentication',
    json: '400 body-malformed',
  },

  ...[
    ['anonymous', '303 /login', '401 login-required'],
    ['pending', '303 /two-step/verify', '401 code-required'],
    ['must-enroll', '303 /two-step/setup', '403 enrollment-required'],
    ['signed-in', '409 Two-step authentication', '409 not-enrolled'],
    ['verified', '409 Two-step authentication', '409 recovery-codes-outdated'],
  ].map(([who, html, json]) => ({ route: 'POST /two-step/recovery-codes/confirm', who, html, json }) as Row),

  ...['disable', 'recovery-codes', 'step-up'].flatMap((name): Row[] => [
    name === 'step-up'
      ? { route: `POST /two-step/${name}`, who: 'anonymous', ...ENDED }
      : { route: `POST /two-step/${name}`, who: 'anonymous', html: '303 /login', json: '401 login-required' },
    {
      route: `POST /two-step/${name}`,
      who: 'pending',
      html: '303 /two-step/verify',
      json: '401 code-required',
    },
    {
      route: `POST /two-step/${name}`,
      who: 'must-enroll',
      html: '303 /two-step/setup',
      json: '403 enrollment-required',
    },
    {
      route: `POST /two-step/${name}`,
      who: 'signed-in',
      html: '409 Two-step authentication',
      json: '409 not-enrolled',
    },
    {
      route: `POST /two-step/${name}`,
      who: 'verified',
      html: name === 'step-up' ? '400 Confirm that it is you' : '400 Two-step authentication',
      json: '400 code-malformed',
      body: WRONG,
    },
  ]),
  { route: 'GET /two-step/step-up', who: 'anonymous', html: '303 /login', json: '401 login-required' },
  { route: 'GET /two-step/step-up', who: 'pending', html: '303 /two-step/verify', json: '401 code-required' },
  {
    route: 'GET /two-step/step-up',
    who: 'signed-in',
    html: '303 /two-step',
    json: '403 enrollment-required',
  },
  {
    route: 'GET /two-step/step-up',
    who: 'verified',
    html: '200 Confirm that it is you',
    json: '200 verified',
  },
];
