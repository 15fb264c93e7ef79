import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import { RECOVERY_CODES, formatRecoveryCodes } from '../../lib/account/recovery-codes.js';
import { checkOptions } from '../../lib/check-options.js';
import { read } from '../support/markdown.js';
import { required } from '../support/required-options.js';

const { lockout } = DEFAULT_LIMITS;
const { pendingSeconds, freshSeconds } = checkOptions(required());
const minutes = (seconds: number): string => String(seconds / 60);
const actingSeconds = Number(
  /const IMPERSONATION_SECONDS = ([\d_]+);/
    .exec(read('lib/impersonation/enter.ts'))?.[1]
    ?.replaceAll('_', ''),
);
const [code = ''] = formatRecoveryCodes(new Uint8Array(240));
const bits = String(code.replaceAll('-', '').length * 5);
const languages = readdirSync('lib/notices').filter((name) => /^words-[a-z]+\.ts$/.test(name)).length;
const WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const word = (number: number): string => WORDS[number] ?? String(number);
const after = String(lockout.after);
const hardLimit = String(lockout.hardLimit);

/** What pages say in whole sentences, with the numbers that are shipped. */
const SAID: Record<string, readonly string[]> = {
  'README.md': [
    `stays on the server, for ${minutes(pendingSeconds)} minutes`,
    `${after} wrong codes bring a wait of ${String(lockout.waitSeconds)} s, which doubles up to an hour; after ${hardLimit}, codes are refused`,
    `for ${actingSeconds === 3600 ? 'an hour' : String(actingSeconds)}, and never as an account that has a second factor`,
    `${word(languages)} languages`,
  ],
  'SECURITY.md': [`for ${word(Number(minutes(pendingSeconds)))} minutes at most`],
  'docs/threat-model.md': [
    `${after} guesses, then waits, ${hardLimit} in all`,
    `${bits} bits each`,
    `after ${hardLimit} guesses`,
  ],
  'docs/recovery.md': [`the user gets ${word(RECOVERY_CODES)} codes`, `${bits} bits cannot be guessed`],
  'docs/impersonation.md': [
    `never without a proof from the last ${minutes(freshSeconds)} minutes`,
    `never for longer than ${actingSeconds === 3600 ? 'an hour' : String(actingSeconds)}`,
  ],
};

describe('figures in README and docs', () => {
  it('has the longest wait that README calls an hour', () => {
    expect(lockout.maxWaitSeconds).to.equal(3600);
    expect(actingSeconds).to.equal(3600);
  });

  for (const [document, sentences] of Object.entries(SAID)) {
    it(`are those that are shipped: ${document}`, () => {
      const text = read(document).replace(/\s+/g, ' ');
      for (const sentence of sentences) expect(text).to.contain(sentence);
    });
  }

  it('are those of package.json', () => {
    const { engines, peerDependencies } = JSON.parse(read('package.json')) as {
      readonly engines: { readonly node: string };
      readonly peerDependencies: Record<string, string>;
    };
    expect(engines.node).to.equal('^20.19.0 || >=22.12.0');
    expect(peerDependencies).to.include({ express: '^4.0.0 || ^5.0.0', passport: '^0.6.0 || ^0.7.0' });
    expect(read('README.md').replace(/\s+/g, ' ')).to.contain(
      'Node.js 20.19 or 22.12 and later, Express 4 or 5, Passport 0.6 or 0.7',
    );
  });
});
