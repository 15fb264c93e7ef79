import { expect } from 'chai';
import { Secret } from 'otpauth';
import { parseImported } from '../../lib/account/imported-authenticator.js';
import { APP_PARAMETERS } from '../../lib/account/totp.js';

const SECRET = new Secret({ buffer: Uint8Array.from({ length: 20 }, (_, place) => place * 11).buffer });
const KEY = SECRET.base32;
const HEX = SECRET.hex;
const URI = `otpauth://totp/Acme:alice?secret=${KEY}`;

describe('lib/account/imported-authenticator', () => {
  it('reads the same authenticator from base32, from hex and from a URI', () => {
    for (const given of [{ secret: KEY }, { secret: HEX, encoding: 'hex' }, { uri: URI }]) {
      const read = parseImported(given);
      expect(Buffer.from(read.secret).toString('hex')).to.equal(HEX.toLowerCase());
      expect({ ...read, secret: null }).to.deep.equal({
        ...{ name: '', secret: null },
        parameters: APP_PARAMETERS,
      });
    }
  });

  it('takes every parameter, and a name on one line', () => {
    const parameters = { algorithm: 'sha512', digits: 7, period: 60 };
    const read = parseImported({ secret: KEY, name: ' Token\n4711 ', ...parameters });
    expect(read.parameters).to.deep.equal(parameters);
    expect(read.name).to.match(/^Token.*4711$/);
  });

  for (const [what, [given, reason]] of Object.entries<readonly [Record<string, unknown>, string]>({
    'neither a secret nor a URI': [{}, 'secret or uri is missing'],
    'both of them': [{ secret: KEY, uri: URI }, 'use either secret or uri, not both'],
    'digits beside a URI': [{ uri: URI, digits: 8 }, 'digits is for secret only; a uri has its own'],
    'a period beside a URI': [{ uri: URI, period: 60 }, 'period is for secret only'],
    'an encoding beside a URI': [{ uri: URI, encoding: 'hex' }, 'encoding is for secret only'],
    'hex that is not said to be hex': [{ secret: HEX }, "it looks like hex: set encoding: 'hex'"],
    'hex that is none': [{ secret: `${HEX}0`, encoding: 'hex' }, 'hex digits, two for each byte'],
    'another encoding': [{ secret: KEY, encoding: 'base64' }, "encoding must be 'base32' or 'hex'"],
    'digits in a string': [{ secret: KEY, digits: '8' }, 'digits must be 6, 7 or 8, got string'],
    'nine digits': [{ secret: KEY, digits: 9 }, 'digits must be 6, 7 or 8, got 9'],
    'a hash in capitals': [{ secret: KEY, algorithm: 'SHA256' }, "'sha1', 'sha256' or 'sha512', got string"],
    'a period of 90 seconds': [{ secret: KEY, period: 90 }, 'period must be 30 or 60, got 90'],
    'a name that is none': [{ secret: KEY, name: 7 }, 'name must be a string, got number'],
    'a short secret': [{ secret: HEX.slice(0, 20), encoding: 'hex' }, '16 to 64 bytes, has 10'],
    'a short secret in a URI': [
      { uri: 'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ' },
      '16 to 64 bytes, has 10',
    ],
    'a secret of one byte again and again': [{ secret: '00'.repeat(20), encoding: 'hex' }, 'not random'],
  })) {
    it(`refuses ${what}, and says no secret`, () => {
      expect(() => parseImported(given))
        .to.throw(reason)
        .with.property('code', 'option-invalid');
      expect(() => parseImported(given))
        .to.throw()
        .with.property('message')
        .that.does.not.match(new RegExp(`${KEY.slice(0, 6)}|${HEX.slice(0, 6)}|GEZDGN`, 'i'));
    });
  }

  it('takes a short secret only when told so', () => {
    const given = { secret: HEX.slice(0, 22), encoding: 'hex', dangerouslyAllowShortSecret: true };
    expect(parseImported(given).secret).to.have.length(11);
  });
});
