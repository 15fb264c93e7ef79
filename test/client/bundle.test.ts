import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { expect } from 'chai';

/** What a page loads for it: bytes, minified, and as they travel. */
const MAXIMUM_BYTES = 7200;
const MAXIMUM_GZIPPED_BYTES = 3000;

describe('client', () => {
  const bundle = (platform: 'browser' | 'neutral'): Uint8Array => {
    const { outputFiles, metafile } = buildSync({
      ...{ entryPoints: ['client/index.ts'], bundle: true, minify: true, write: false, metafile: true },
      ...{ format: 'esm', target: 'es2022', platform, logLevel: 'silent' },
    });
    const foreign = Object.keys(metafile.inputs).filter((file) => !file.startsWith('client/'));
    expect(foreign).to.deep.equal([]);
    return outputFiles[0]!.contents;
  };

  it('is bundled for any browser of ES2022 with no file of the server and no package', () => {
    expect(bundle('browser')).to.deep.equal(bundle('neutral'));
  });

  it(`is small: at most ${String(MAXIMUM_BYTES)} bytes, ${String(MAXIMUM_GZIPPED_BYTES)} gzipped`, () => {
    const contents = bundle('browser');
    expect(contents).to.have.length.within(2000, MAXIMUM_BYTES);
    expect(gzipSync(contents, { level: 9 })).to.have.length.below(MAXIMUM_GZIPPED_BYTES);
  });
});
