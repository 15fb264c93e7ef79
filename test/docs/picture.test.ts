import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { PNG } from 'pngjs';
import { PICTURE, PICTURE_SIZE, takePicture } from '../../scripts/pictures.js';
import { startBrowser } from '../support/browser.js';

const root = resolve(import.meta.dirname, '../..');
const LARGEST_BYTES = 300_000;
const FEWEST_COLORS = 50;

describe('the picture in the README', () => {
  let browser: Browser;
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser.close());

  it('is a PNG of its size, small enough to load at once', () => {
    const picture = readFileSync(resolve(root, PICTURE));
    expectPicture(picture);
    expect(picture.length).to.be.below(LARGEST_BYTES);
  });

  it('is the one that the README shows, with a text for people who do not see it', () => {
    const readme = readFileSync(resolve(root, 'README.md'), 'utf8');
    const shown = [...readme.matchAll(/!\[([^\]]+)\]\(([^)]+\.png)\)/g)];
    expect(shown.map(([, , path]) => path)).to.deep.equal([PICTURE]);
    expect(shown[0]?.[1]).to.have.length.above(30);
  });

  it('can be taken again from the pages of the example panel, and is the same twice', async () => {
    const [one, other] = [await takePicture(browser), await takePicture(browser)];
    expectPicture(one);
    expect(one.equals(other)).to.equal(true);
  });
});

/** The size is right, and there is something to see. */
function expectPicture(picture: Buffer): void {
  const { width, height, data } = PNG.sync.read(picture);
  expect({ width, height }).to.deep.equal(PICTURE_SIZE);
  const colors = new Set(Array.from({ length: data.length / 4 }, (_, pixel) => data.readUInt32BE(pixel * 4)));
  expect(colors.size).to.be.above(FEWEST_COLORS);
}
