import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { expect } from 'chai';
import { HOTP, Secret, URI } from 'otpauth';
import type { TotpAlgorithm } from '../../lib/account/totp.js';
import {
  APP_PARAMETERS,
  decodeSecret,
  encodeSecret,
  matchingSteps,
  otpauthUri,
  timeStepAt,
  totpCode,
} from '../../lib/account/totp.js';
import { decideAttempt } from '../../lib/account/attempt.js';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import {
  NOW,
  STEP,
  TOKEN_PARAMETERS,
  aRecord,
  anAuthenticator,
  codeAt,
  wrongCode,
} from '../support/records.js';

const EIGHT_DIGITS = { ...APP_PARAMETERS, digits: 8 } as const;

/** The secrets of RFC 6238 appendix B: as long as the output of the hash function. */
const SECRETS: Record<TotpAlgorithm, Buffer> = {
  sha1: Buffer.from('12345678901234567890'),
  sha256: Buffer.from('12345678901234567890123456789012'),
  sha512: Buffer.from('1234567890123456789012345678901234567890123456789012345678901234'),
};

/** RFC 4226 appendix D: the truncated values before they are cut to their last digits. */
const RFC_4226 = [
  ...[1284755224, 1094287082, 137359152, 1726969429, 1640338314],
  ...[868254676, 1918287922, 82162583, 673399871, 645520489],
];

/** RFC 6238 appendix B: seconds since 1970, and the code of each hash function. */
const RFC_6238: readonly (readonly [number, Record<TotpAlgorithm, string>])[] = [
  [59, { sha1: '94287082', sha256: '46119246', sha512: '90693936' }],
  [1111111109, { sha1: '07081804', sha256: '68084774', sha512: '25091201' }],
  [1111111111, { sha1: '14050471', sha256: '67062674', sha512: '99943326' }],
  [1234567890, { sha1: '89005924', sha256: '91819424', sha512: '93441116' }],
  [2000000000, { sha1: '69279037', sha256: '90698825', sha512: '38618901' }],
  [20000000000, { sha1: '65353130', sha256: '77737706', sha512: '47863826' }],
];

describe('lib/account/totp', () => {
  describe('totpCode', () => {
    for (const digits of [6, 7, 8] as const) {
      it(`gives the values of RFC 4226 appendix D with ${digits} digits`, () => {
        const expected = RFC_4226.map((value) => String(value).padStart(digits, '0').slice(-digits));
        expect(
          RFC_4226.map((_, count) => totpCode(SECRETS.sha1, count, { ...APP_PARAMETERS, digits })),
        ).to.deep.equal(expected);
      });
    }

    for (const algorithm of ['sha1', 'sha256', 'sha512'] as const) {
      it(`gives the values of RFC 6238 appendix B with ${algorithm}`, () => {
        for (const [seconds, codes] of RFC_6238) {
          const step = timeStepAt(seconds * 1000, 30);
          for (const digits of [6, 7, 8] as const) {
            expect(
              totpCode(SECRETS[algorithm], step, { algorithm, digits, period: 30 }),
              String(seconds),
            ).to.equal(codes[algorithm].slice(-digits));
          }
        }
      });
    }

    it('gives six digits of SHA-1 unless told otherwise', () => {
      expect(totpCode(SECRETS.sha1, timeStepAt(1111111109_000, 30))).to.equal('081804');
    });

    it('agrees with another implementation on steps past 2^31, 2^32 and 2^53', () => {
      const secret = Secret.fromHex(SECRETS.sha1.toString('hex'));
      const edges = [2 ** 31, 2 ** 32, 2 ** 40].flatMap((edge) => [edge - 1, edge, edge + 1]);
      const seconds = [2 ** 31, 2 ** 32].map((time) => timeStepAt(time * 1000, 30));
      for (const step of [...edges, ...seconds, Number.MAX_SAFE_INTEGER]) {
        expect(totpCode(SECRETS.sha1, step), String(step)).to.equal(HOTP.generate({ secret, counter: step }));
      }
    });

    it('keeps leading zeros', () => {
      expect(totpCode(SECRETS.sha1, 7, EIGHT_DIGITS)).to.equal('82162583');
      expect(totpCode(SECRETS.sha1, timeStepAt(1111111109_000, 30), EIGHT_DIGITS)).to.equal('07081804');
    });

    it('takes secrets of 10 to 64 bytes, in any view of memory', () => {
      const whole = crypto.randomBytes(100);
      for (const length of [10, 16, 20, 64]) {
        const secret = whole.subarray(7, 7 + length);
        expect(totpCode(secret, STEP)).to.equal(codeAt({ secret }, STEP));
        expect(totpCode(new Uint8Array(secret), STEP)).to.equal(codeAt({ secret }, STEP));
      }
    });

    it('refuses secrets below 80 bits and steps that are none', () => {
      for (const length of [0, 1, 9]) {
        expect(() => totpCode(new Uint8Array(length), 1)).to.throw(RangeError, 'at least 10 bytes');
      }
      for (const step of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
        expect(() => totpCode(SECRETS.sha1, step)).to.throw(RangeError, 'time step');
      }
    });

    it('refuses secrets beyond the block of SHA-1', () => {
      expect(() => totpCode(new Uint8Array(65).fill(7), 1)).to.throw();
    });
  });

  describe('timeStepAt', () => {
    it('changes every period and not before', () => {
      const moments = [0, 29_999, 30_000, 59_999, 60_000, 119_999, 120_000];
      expect(moments.map((moment) => timeStepAt(moment, 30))).to.deep.equal([0, 0, 1, 1, 2, 3, 4]);
      expect(moments.map((moment) => timeStepAt(moment, 60))).to.deep.equal([0, 0, 0, 0, 1, 1, 2]);
      expect(timeStepAt(NOW - 1, 30)).to.equal(STEP - 1);
      expect(timeStepAt(-1, 30)).to.equal(-1);
    });
  });

  describe('matchingSteps', () => {
    const { secret } = anAuthenticator();

    it('tells every step that shows the code, and no other', () => {
      const code = codeAt({ secret }, STEP);
      expect(matchingSteps(secret, code, [STEP - 1, STEP, STEP + 1, STEP], APP_PARAMETERS)).to.deep.equal([
        STEP,
        STEP,
      ]);
      expect(matchingSteps(secret, code, [STEP - 1, STEP + 1], APP_PARAMETERS)).to.deep.equal([]);
      expect(matchingSteps(secret, code, [], APP_PARAMETERS)).to.deep.equal([]);
    });

    it('passes over steps before 1970', () => {
      expect(matchingSteps(secret, codeAt({ secret }, 0), [-2, -1, 0, 1], APP_PARAMETERS)).to.deep.equal([0]);
    });

    it('looks at every step whichever matches, so that time tells nothing', () => {
      const steps = [STEP - 1, STEP, STEP + 1];
      const typed = [...steps.map((step) => codeAt({ secret }, step)), wrongCode(aRecord(), NOW)];
      for (const code of typed) {
        let asked = 0;
        const counting = (function* () {
          for (const step of steps) {
            asked += 1;
            yield step;
          }
        })();
        matchingSteps(secret, code, counting, APP_PARAMETERS);
        expect(asked).to.equal(3);
      }
    });

    it('compares in constant time, as often for a right code as for a wrong one', () => {
      const record = aRecord({
        authenticators: [anAuthenticator(), anAuthenticator({ clockOffset: 5 }), anAuthenticator()],
      });
      const right = record.authenticators.map((app) => codeAt(app, STEP));
      for (const code of [...right, wrongCode(record, NOW)]) {
        const lengths = comparisons(() => decideAttempt(record, code, NOW, DEFAULT_LIMITS));
        expect(lengths).to.deep.equal(new Array(3 + 6 + 3).fill(8));
      }
    });

    it('compares every authenticator alike, however many digits were typed', () => {
      const [app, token] = [anAuthenticator(), anAuthenticator({ parameters: TOKEN_PARAMETERS })];
      const record = aRecord({ authenticators: [app, token] });
      for (const code of [codeAt(app, STEP), codeAt(token, STEP / 2), '000000', '00000000']) {
        const lengths = comparisons(() => decideAttempt(record, code, NOW, DEFAULT_LIMITS));
        expect(lengths, code).to.deep.equal(new Array(3 + 3).fill(8));
      }
    });

    it('takes no beginning and no end of a code for it', () => {
      const token = { secret, parameters: EIGHT_DIGITS };
      const [six, eight] = [codeAt({ secret }, STEP), codeAt(token, STEP)];
      expect(eight.endsWith(six)).to.equal(true);
      expect(matchingSteps(secret, eight, [STEP], EIGHT_DIGITS)).to.deep.equal([STEP]);
      expect(matchingSteps(secret, eight, [STEP], APP_PARAMETERS)).to.deep.equal([]);
      for (const part of [six, eight.slice(0, 6), eight.slice(0, 7), eight.slice(1)]) {
        expect(matchingSteps(secret, part, [STEP], EIGHT_DIGITS), part).to.deep.equal([]);
      }
    });
  });

  describe('secrets as text', () => {
    const secret = Buffer.from('48656c6c6f21deadbeef48656c6c6f21deadbeef', 'hex');
    const text = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

    it('are base32 without padding', () => {
      expect(encodeSecret(secret)).to.equal(text);
      expect(encodeSecret(Buffer.alloc(16, 0xff))).to.equal('77777777777777777777777774');
    });

    it('are read in every spelling of other systems', () => {
      const spellings = [
        ...[text, text.toLowerCase(), 'JbSwY3dPEHPK3pxpJBSWY3DPEHPK3PXP', ` ${text}\n`, `${text}======`],
        ...[text.replace(/.{4}/g, '$& '), text.replace(/.{4}(?=.)/g, '$&-'), text.replace(/.{8}/g, '$&\t')],
        ...[`${text.replace(/.{4}/g, '$& ')} = =`, text.replace(/.{4}/g, '$&\u00a0')],
      ];
      for (const spelling of spellings) {
        expect(Buffer.from(decodeSecret(spelling) ?? []), spelling).to.deep.equal(secret);
      }
    });

    it('come back from every length', () => {
      for (let length = 1; length <= 64; length++) {
        const bytes = crypto.randomBytes(length);
        expect(Buffer.from(decodeSecret(encodeSecret(bytes)) ?? [])).to.deep.equal(bytes);
        expect(Buffer.from(decodeSecret(Secret.fromHex(bytes.toString('hex')).base32) ?? [])).to.deep.equal(
          bytes,
        );
      }
    });

    it('ignores bits at the end that make no byte, as authenticator apps do', () => {
      const exact = 'GEZDGNBVGY3TQOJQGEZDGNBVGY';
      const bytes = Buffer.from(decodeSecret(exact) ?? []);
      expect(bytes).to.have.length(16);
      for (const last of ['Y', 'Z', '2', '3', '4', '5', '6', '7'].filter(
        (char) => char >= 'Y' || char <= '3',
      )) {
        const spelled = exact.slice(0, -1) + last;
        const same = ['Y', 'Z', '2', '3'].includes(last);
        expect(Buffer.from(decodeSecret(spelled) ?? []).equals(bytes), spelled).to.equal(same);
      }
      for (const length of [1, 3, 6, 9, 11, 14]) {
        expect(decodeSecret('A'.repeat(length)), `${length} characters`).to.equal(null);
      }
    });

    it('are nothing when they are anything else', () => {
      const others = [
        ...['', ' ', '=', '====', 'A', 'ABC', 'ABCDEF', '01189', 'JBSWY3DP=EHPK3PXP', '=JBSWY3DP'],
        ...['JBSWY3DPEHPK3PX!', 'JBSWY3DPEHPK3PX\0', 'otpauth://totp/a?secret=JBSWY3DP', 'JBSWY3DP_EHPK3PX'],
        ...['\u{ff2a}BSWY3DP', 'JBſWY3DP', 'JBSWY3Dı', 'ßBSWY3D', 'JBSWY3DP\u200bEHPK3PXP'],
      ];
      for (const other of others) expect(decodeSecret(other), JSON.stringify(other)).to.equal(null);
    });
  });

  describe('otpauthUri', () => {
    const { secret } = anAuthenticator();
    const hostile = [
      ...['alice', 'alice@example.org', 'a:b', ':', '::', 'a b', ' ', '+', 'a+b', '%', '%3A', '%41', '%00'],
      ...['?secret=AAAA', '&secret=AAAA', '#', '#secret=AAAA', 'a?secret=AAAA&issuer=Evil#x', '/', '../..'],
      ...[
        'a\nb',
        'a\r\nb',
        'a\tb',
        '\u202eecila',
        '\u200b',
        'Ålice',
        '日本',
        '😀',
        '"',
        "'",
        '<b>',
        '\\',
        '=',
      ],
      ...['a'.repeat(2048), '😀'.repeat(512), ':?&#%'.repeat(400)],
    ];

    it('brings our secret and the exact name to the app, whatever the name (D20)', () => {
      for (const name of hostile) {
        const read = parsed(otpauthUri('Acme Panel', name, secret));
        expect(read, JSON.stringify(name)).to.deep.equal({
          ...{ issuer: 'Acme Panel', label: name, secret: Buffer.from(secret).toString('hex') },
          ...{ algorithm: 'SHA1', digits: 6, period: 30 },
        });
      }
    });

    it('brings our secret and the exact issuer to the app, whatever the issuer (D20)', () => {
      for (const issuer of hostile.filter((name) => !name.includes(':'))) {
        const read = parsed(otpauthUri(issuer, 'alice', secret));
        expect(read.issuer, JSON.stringify(issuer)).to.equal(issuer);
        expect([read.label, read.secret]).to.deep.equal(['alice', Buffer.from(secret).toString('hex')]);
      }
    });

    it('has the parameters that every app reads, each once', () => {
      const uri = new URL(otpauthUri('Acme & Sons', 'alice', secret));
      expect([...uri.searchParams]).to.deep.equal([
        ['secret', encodeSecret(secret)],
        ['issuer', 'Acme & Sons'],
        ['algorithm', 'SHA1'],
        ['digits', '6'],
        ['period', '30'],
      ]);
      expect([uri.protocol, uri.host, uri.pathname]).to.deep.equal([
        'otpauth:',
        'totp',
        '/Acme%20%26%20Sons:alice',
      ]);
    });
  });
});

/** What the library otpauth, and the WHATWG parser of URIs, read from a URI. */
function parsed(uri: string): Record<string, unknown> {
  const totp = URI.parse(uri);
  const { pathname, searchParams, hash } = new URL(uri);
  const [issuer, label, ...rest] = pathname.slice(1).split(':').map(decodeURIComponent);
  expect([issuer, label]).to.deep.equal([totp.issuer, totp.label]);
  expect(rest).to.deep.equal([]);
  expect(hash).to.equal('');
  expect(searchParams.getAll('secret')).to.deep.equal([totp.secret.base32]);
  expect(searchParams.get('issuer')).to.equal(totp.issuer);
  return {
    issuer: totp.issuer,
    label: totp.label,
    secret: totp.secret.hex.toLowerCase(),
    algorithm: totp.algorithm,
    digits: totp.digits,
    period: 'period' in totp ? totp.period : undefined,
  };
}

/** The lengths of what was compared in constant time while something ran. */
function comparisons(run: () => unknown): number[] {
  const { timingSafeEqual } = crypto;
  const lengths: number[] = [];
  crypto.timingSafeEqual = (a, b) => {
    lengths.push(a.byteLength);
    return timingSafeEqual(a, b);
  };
  syncBuiltinESMExports();
  try {
    run();
  } finally {
    crypto.timingSafeEqual = timingSafeEqual;
    syncBuiltinESMExports();
  }
  return lengths;
}
