import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { expect } from 'chai';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, CDPSession, Page } from 'playwright-core';
import { chromiumOptions, SHARED_BROWSER } from '../../scripts/chromium.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
// WCAG 2.2 AA, and what axe calls best practice.
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const HTML = 'document.documentElement.outerHTML';
/** What decides which styles apply. */
const STYLES = `[innerWidth, matchMedia('(pointer: coarse)').matches, matchMedia('(prefers-color-scheme: dark)').matches].join()`;
/** What differs from time to time and is alike to axe: digits, keys, the squares of a QR code, hidden values. */
const ALIKE = / (?:value|d|datetime)="[^"]*"|\d|\b[A-Z2-7]{4}(?: [A-Z2-7]{4})+\b/g;
const ALL_RULES = { type: 'tag', values: AXE_TAGS };
const RULES_OF_STYLES = { type: 'rule', values: ['color-contrast', 'link-in-text-block', 'target-size'] };
/** Pages that axe found nothing in, and those in each of their styles. */
const found = { pages: new Set<string>(), styled: new Set<string>() };

/** Nothing takes that long, on a slow machine neither: what does, never comes. */
const PATIENCE_MILLISECONDS = 60_000;

/** What differs between a phone and a desk. */
export const PHONE = { viewport: { width: 375, height: 740 }, isMobile: true, hasTouch: true } as const;
export const DESK = { viewport: { width: 1280, height: 800 } } as const;

/** A passkey of the device, as Chromium simulates it (CDP, domain WebAuthn). */
export const PASSKEY = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const;

/** A device with passkeys, which a page reaches. */
export interface PasskeyDevice {
  readonly devtools: CDPSession;
  readonly authenticatorId: string;
}

/** Gives a page a device that makes passkeys, and answers with them at once. */
export async function addPasskeyDevice(page: Page): Promise<PasskeyDevice> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable', { enableUI: false });
  return {
    devtools,
    ...(await devtools.send('WebAuthn.addVirtualAuthenticator', { options: PASSKEY })),
  };
}

/** A page, which waits for what a test asks of it, and what the browser complains of there. */
export interface OpenedPage {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: string[];
}

/**
 * A browser of one's own to all appearance: the one that `npm test` started for all tests, or without it a new one.
 * Only the clipboard is common. Close it in `after`.
 *
 * @param keepsPages a new one with its back/forward cache, which Playwright turns off
 */
export async function startBrowser(keepsPages = false): Promise<Browser> {
  if (keepsPages) {
    return chromium.launch({ ...chromiumOptions(true), ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  }
  const shared = process.env[SHARED_BROWSER];
  if (shared === undefined) return chromium.launch(chromiumOptions());
  return chromium.connect(shared).catch((cause: unknown) => {
    throw new Error('the browser that npm test started for all tests has ended', { cause });
  });
}

/** Opens an empty page with cookies of its own on an application. Close its context when the test is over. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ baseURL: url, locale: 'en-GB', ...options });
  context.setDefaultTimeout(PATIENCE_MILLISECONDS);
  const page = await context.newPage();
  return { context, page, complaints: complaintsOf(page, url) };
}

/**
 * Collects what a browser complains of on a page: scripts, styles and forms that a policy refused, errors of
 * scripts, and every call to another origin.
 */
export function complaintsOf(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Chromium also calls an answer of 4xx or 503 an error.
    if (message.type() === 'error' && !/status of (4\d\d|503)/.test(message.text()))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (sent) => {
    const url = sent.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) complaints.push(`called ${url}`);
  });
  return complaints;
}

/**
 * What everybody must be able to use: no finding of axe, nothing that is wider than the screen. A page that was
 * found usable is not tried again; in other styles, only what depends on them.
 */
export async function expectUsable(page: Page): Promise<void> {
  await expectNoWider(page);
  const html = (await page.evaluate<string>(HTML)).replaceAll(ALIKE, '');
  const styled = `${await page.evaluate<string>(STYLES)} ${html}`;
  if (found.styled.has(styled)) return;
  const findings = await askAxe(page, found.pages.has(html) ? RULES_OF_STYLES : ALL_RULES);
  expect(findings, page.url()).to.deep.equal([]);
  found.pages.add(html);
  found.styled.add(styled);
}

async function askAxe(page: Page, runOnly: object): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((only) => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } };
    return axe.run({ runOnly: only, resultTypes: ['violations'], preload: false });
  }, runOnly);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Nothing makes a person scroll sideways (WCAG 2.2, 1.4.10). */
export async function expectNoWider(page: Page): Promise<void> {
  const tooWide = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(tooWide, page.url()).to.equal(0);
}
