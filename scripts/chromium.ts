import type { LaunchOptions } from 'playwright-core';
import { BROWSERS, HEADLESS_SHELL, findCommand } from './ensure-tools.js';

const FLAGS = ['no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-sync'];
const QUIET = ['disable-background-networking', 'disable-component-update'];
/** Pages of the browser's own for its address bar: in every window two, which cost more than a test's page. */
const ADDRESS_BAR = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup'];
/** What Playwright turns off, as far as it concerns pages: a list of features counts alone, and the last one. */
const AS_PLAYWRIGHT = [
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'PaintHolding', 'LensOverlay'],
  ...['HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable', 'ThirdPartyStoragePartitioning', 'MediaRouter'],
  ...['AvoidCorsURLLoaderRestartOnRedirect', 'OptimizationHints', 'NetworkTimeServiceQuerying'],
  ...['AimEnabled', 'PreconnectToSearch'],
];

/** The variable that holds the address of the browser that `npm test` started for all tests. */
export const SHARED_BROWSER = 'SHARED_BROWSER';

/**
 * How the Chromium of the machine is started.
 *
 * @param whole for what the headless shell does not have, such as the back/forward cache
 */
export function chromiumOptions(whole = false): LaunchOptions & { readonly executablePath: string } {
  const names = whole ? BROWSERS : [HEADLESS_SHELL, ...BROWSERS];
  const executablePath = names.map((name) => findCommand(name)).find((found) => found !== null);
  if (!executablePath) throw new Error('there is no chromium: npm test installs it, or says how to');
  const features = `disable-features=${[...ADDRESS_BAR, ...AS_PLAYWRIGHT].join(',')}`;
  return { executablePath, args: [...FLAGS, ...QUIET, features].map((flag) => `--${flag}`) };
}
