import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { passwordOf, startExamplePanel } from '../test/support/example-panel.js';
import type { ExamplePanel } from '../test/support/example-panel.js';
import { phoneWith } from '../test/support/people.js';
import { chromiumOptions } from './chromium.js';

/** The picture in the README: the code form, and the panel that it opens. */
export const PICTURE = 'docs/two-step.png';

/** Device pixels of a CSS pixel, so that text is sharp on every screen. */
const SCALE = 2;
const MARGIN = 24;
/** CSS pixels of each page in the picture. */
const FORM = { width: 420, height: 520 };
const PANEL = { width: 860, height: 520 };

/** The device pixels of the picture. */
export const PICTURE_SIZE = {
  width: (FORM.width + PANEL.width + 3 * MARGIN) * SCALE,
  height: (PANEL.height + 2 * MARGIN) * SCALE,
};

const LOGIN = 'root';
/** Nobody's secret: it stands in many examples. */
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
/** The panel's time, so that the picture is the same every day. */
const MOMENT = Date.UTC(2030, 0, 1, 9);

/** Takes the picture from the pages of the example panel. */
export async function takePicture(browser: Browser): Promise<Buffer> {
  const panel = await startExamplePanel();
  panel.now = MOMENT;
  try {
    await panel.secondFactor.admin.import(LOGIN, { secret: SECRET, by: 'picture' });
    const page = await emptyPage(browser, panel.url, FORM);
    await openCodeForm(page);
    const form = await page.screenshot();
    await page.setViewportSize(PANEL);
    await actAsUser(page, panel);
    const user = await page.screenshot();
    await page.context().close();
    return await sideBySide(browser, [
      [form, FORM],
      [user, PANEL],
    ]);
  } finally {
    await panel.end();
  }
}

type Size = typeof FORM;

async function emptyPage(browser: Browser, baseURL: string, viewport: Size): Promise<Page> {
  const context = await browser.newContext({
    baseURL,
    viewport,
    deviceScaleFactor: SCALE,
    locale: 'en-GB',
    timezoneId: 'UTC',
    colorScheme: 'light',
  });
  await context.clock.setFixedTime(MOMENT);
  return context.newPage();
}

/** The form that follows the password. */
async function openCodeForm(page: Page): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('Login').fill(LOGIN);
  await page.getByLabel('Password').fill(passwordOf(LOGIN));
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByLabel('One-time password').waitFor();
}

/** The panel after the right code, and one step down: root in the account of a user. */
async function actAsUser(page: Page, panel: ExamplePanel): Promise<void> {
  panel.advance(60); // an import accepts no code of its own moment
  await page.getByLabel('One-time password').fill(phoneWith(panel, SECRET).code());
  await page.getByRole('button', { name: 'Ok' }).click();
  await page.waitForURL('/');
  await page.goto('/clients');
  await page.getByRole('button', { name: 'Log in as alice' }).click();
  await page.getByText('root acting as alice').waitFor();
}

/** Both screenshots on one sheet. */
async function sideBySide(
  browser: Browser,
  screenshots: readonly (readonly [Buffer, Size])[],
): Promise<Buffer> {
  const { width, height } = PICTURE_SIZE;
  const page = await emptyPage(browser, 'about:blank', { width: width / SCALE, height: height / SCALE });
  const images = screenshots.map(
    ([png, size]) =>
      `<img src="data:image/png;base64,${png.toString('base64')}" width="${String(size.width)}" height="${String(size.height)}">`,
  );
  await page.setContent(`<style>
    body { margin: 0; padding: ${String(MARGIN)}px; display: flex; gap: ${String(MARGIN)}px; background: #d9dee5 }
    img { border-radius: 8px }
  </style>${images.join('')}`);
  const picture = await page.screenshot();
  await page.context().close();
  return picture;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const browser = await chromium.launch(chromiumOptions());
  writeFileSync(PICTURE, await takePicture(browser));
  await browser.close();
}
