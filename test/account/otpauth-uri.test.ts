import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { parseOtpauthUri } from '../../lib/account/otpauth-uri.js';
import { TOTP_ALGORITHMS, TOTP_DIGITS, TOTP_PERIODS } from '../../lib/account/totp.js';

const SECRET = new Secret({ size: 20 });
const KEY = SECRET.base32;
const uri = (query: string, head = 'otpauth://totp/Acme:alice'): string => `${head}?secret=${KEY}${query}`;

describe('lib/account/otpauth-uri', () => {
  it('reads what another implementation writes, with every hash, digits and period', () => {
    for (const algorithm of TOTP_ALGORITHMS) {
      for (const digits of TOTP_DIGITS) {
        for (const period of TOTP_PERIODS) {
          const parameters = { algorithm, digits, period };
          const totp = new TOTP({ issuer: 'Ac me', label: 'a@b', secret: SECRET, ...parameters });
          const read = parseOtpauthUri(totp.toString());
          expect(read.parameters).to.deep.equal(parameters);
          expect(Buffer.from(read.secret).toString('hex')).to.equal(SECRET.hex.toLowerCase());
        }
      }
    }
  });

  it('takes what is left out to be as with authenticator apps, and algorithms in any case', () => {
    for (const [query, expected] of [
      ['', ['sha1', 6, 30]],
      ['&algorithm=Sha256', ['sha256', 6, 30]],
      ['&digits=8', ['sha1', 8, 30]],
      ['&period=60&issuer=Acme&image=https%3A%2F%2Fa.example%2Fb.png', ['sha1', 6, 60]],
    ] as const) {
      expect(Object.values(parseOtpauthUri(uri(query)).parameters), query).to.deep.equal(expected);
    }
    expect(parseOtpauthUri(uri('', 'OTPAUTH://TOTP/x')).parameters.digits).to.equal(6);
  });

  for (const [what, [given, reason]] of Object.entries<readonly [unknown, string]>({
    'no string': [7, 'must be a string that begins with otpauth://totp/'],
    nothing: ['', 'must be a string that begins'],
    'another scheme': [uri('', 'https://totp/x'), 'must begin with otpauth://totp/'],
    'another type': [uri('', 'otpauth://yubi/x'), 'must begin with otpauth://totp/'],
    'a user in it': [uri('', 'otpauth://me@totp/x'), 'must begin with otpauth://totp/'],
    'codes by counting': [
      uri('&counter=1', 'otpauth://hotp/x'),
      'counter-based codes (hotp) are not supported',
    ],
    'a counter': [uri('&counter=1'), 'a counter is that of codes by counting'],
    'an encoder': [uri('&encoder=steam'), 'codes that are not digits'],
    'a parameter nobody knows': [uri(`&${KEY}=1`), 'a parameter that is not known; known are: secret,'],
    'another spelling of a parameter': [uri('&Digits=8'), 'a parameter that is not known'],
    'a secret twice': [uri(`&secret=${KEY}`), 'secret occurs twice'],
    'digits twice': [uri('&digits=6&digits=8'), 'digits occurs twice'],
    'no secret': ['otpauth://totp/x?issuer=Acme', 'its secret must be base32'],
    'a secret in hex': [`otpauth://totp/x?secret=${SECRET.hex}0189`, 'its secret must be base32'],
    'five digits': [uri('&digits=5'), 'digits must be 6, 7 or 8, got 5'],
    'digits in words': [uri('&digits=six'), 'digits must be 6, 7 or 8'],
    'no digits': [uri('&digits='), 'digits must be 6, 7 or 8'],
    'a hash nobody has': [uri('&algorithm=MD5'), "algorithm must be 'sha1', 'sha256' or 'sha512'"],
    'a period of 45 seconds': [uri('&period=45'), 'period must be 30 or 60, got 45'],
    'a part behind a #': [uri('#x'), 'it has a #, which must be written as %23'],
  })) {
    it(`refuses ${what} with the reason, and says no secret`, () => {
      expect(() => parseOtpauthUri(given))
        .to.throw(reason)
        .with.property('code', 'option-invalid');
      expect(() => parseOtpauthUri(given))
        .to.throw()
        .with.property('message')
        .that.does.not.match(new RegExp(`${KEY.slice(0, 8)}|${SECRET.hex.slice(0, 8)}`, 'i'));
    });
  }
});
