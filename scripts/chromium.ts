import type { LaunchOptions } from 'playwright-core';
import { findCommand } from './ensure-tools.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const FLAGS = ['no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-sync'];
const QUIET = ['disable-background-networking', 'disable-component-update'];

/** The variable that holds the address of the browser that `npm test` started for all tests. */
export const SHARED_BROWSER = 'SHARED_BROWSER';

/** How the Chromium of the machine is started. */
export function chromiumOptions(): LaunchOptions & { readonly executablePath: string } {
  const executablePath = NAMES.map((name) => findCommand(name)).find((found) => found !== null);
  if (!executablePath) throw new Error('there is no chromium: npm test installs it, or says how to');
  return { executablePath, args: [...FLAGS, ...QUIET].map((flag) => `--${flag}`) };
}
