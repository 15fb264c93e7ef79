import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { SecondFactorError } from '../../lib/errors.js';
import { describeFailure, storeUnavailable } from '../../lib/vault/failure.js';
import { aKey, sealerOf } from '../support/vaults.js';

const PASSWORD = 'hunter2-canary';
const KEY = aKey();
const SEALED = sealerOf(KEY).seal('record', 'alice', 'a record');
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const HEX = randomBytes(32).toString('hex');

/** What drivers and servers say, as they say it, with something in it that must not be told. */
const LEAKS: Record<string, string> = {
  'Redis, a command that it does not know': `ERR unknown command 'EVALSHA', with args beginning with: '${HEX}' '1' 'second-factor:alice' '=${SEALED}'`,
  'Redis, AUTH that it does not know': `ERR unknown command \`AUTH\`, with args beginning with: \`${PASSWORD}\`, `,
  'an address of Redis': `Invalid URL redis://default:${PASSWORD}@redis.example:6379/0`,
  'an address with a password that was not encoded': `connect ENOENT redis://:a/b@${PASSWORD} c@redis.example`,
  'an address without a protocol': `getaddrinfo ENOTFOUND //:${PASSWORD}@redis.example`,
  'an address of libsql': `cannot connect to libsql://panel.example?authToken=${PASSWORD}&tls=1`,
  'options that a driver shows': `bad options {"host":"db.example","password":"${PASSWORD}, and more"}`,
  'options as node shows them': `bad options { user: 'panel', password: '${PASSWORD} with spaces' }`,
  'a connection string of libpq': `could not parse "host=db.example password=${PASSWORD} user=panel"`,
  'MySQL, a statement': `You have an error in your SQL syntax; check the manual for the right syntax to use near 'x'${PASSWORD}', sealed = '${SEALED}'' at line 1`,
  'MySQL, a key': `Duplicate entry '${PASSWORD}' for key 'PRIMARY'`,
  'MySQL, a value': `Incorrect string value: '${PASSWORD}' for column 'sealed' at row 1`,
  'PostgreSQL, a value': `invalid input syntax for type json: "${SEALED}"`,
  'Prisma, a call': `Invalid \`prisma.totp.updateMany()\` invocation:\n{ where: { account: "alice", sealed: "${SEALED}" } }`,
  'a key of the ring': `cannot use ${KEY}`,
  'a key of the ring as base64url': `cannot use ${Buffer.from(KEY, 'base64').toString('base64url')}`,
  'a secret of TOTP': `cannot use ${SECRET}`,
  'a token in hex': `cannot use 0x${HEX} or X'${HEX.toUpperCase()}'`,
};

/** What operators need, and must come through as it is. */
const TOLD = [
  'connect ECONNREFUSED 127.0.0.1:6379',
  'getaddrinfo ENOTFOUND redis-12345.c1.eu-west-1-2.ec2.cloud.redislabs.com',
  'WRONGPASS invalid username-password pair or user is disabled.',
  "NOPERM User panel has no permissions to run the 'evalsha' command",
  'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist on disk.',
  "READONLY You can't write against a read only replica.",
  'password authentication failed for user "panel"',
  "Access denied for user 'panel'@'localhost' (using password: YES)",
  'permission denied for table totp',
  "INSERT command denied to user 'panel'@'localhost' for table `panel`.`totp`",
  'attempt to write a readonly database',
  'there is no table totp in this database: create it with createTotpTable() or with the migration',
  'unsupported startup parameter: statement_timeout',
  'error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'SELF_SIGNED_CERT_IN_CHAIN',
];

describe('lib/vault/failure', () => {
  for (const [what, message] of Object.entries(LEAKS)) {
    it(`does not tell what is secret in ${what} (I5)`, () => {
      for (const error of [new Error(message), new Error('outer', { cause: new Error(message) }), message]) {
        const told = describeFailure(error);
        expect(told).to.contain('…');
        for (const secret of [
          PASSWORD,
          SECRET,
          HEX,
          HEX.toUpperCase(),
          KEY.slice(0, 16),
          SEALED.slice(2, 20),
        ]) {
          expect(told).not.to.contain(secret);
        }
      }
    });
  }

  for (const message of TOLD) {
    it(`tells ${message}`, () => expect(describeFailure(new Error(message))).to.equal(message));
  }

  it('names what is behind an error, each thing once', () => {
    const refused = new Error('connect ECONNREFUSED ::1:5432');
    const both = Object.assign(
      new AggregateError([refused, new Error('connect ECONNREFUSED 127.0.0.1:5432')]),
      {
        code: 'ECONNREFUSED',
      },
    );
    expect(describeFailure(new Error('no database', { cause: both }))).to.equal(
      'no database (ECONNREFUSED; connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432)',
    );
    expect(describeFailure(new Error('the table failed: gone', { cause: new Error('gone') }))).to.equal(
      'the table failed: gone',
    );
    const cluster = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: refused });
    expect(describeFailure(cluster)).to.contain('ECONNREFUSED');
  });

  it('fits on a line of a log: no control characters, no end without one', () => {
    const circular = new Error('again\n\u001b[31mand\u0000again');
    circular.cause = circular;
    expect(describeFailure(circular)).to.equal('again [31mand again');
    expect(describeFailure(new Error('long '.repeat(1000)))).to.have.length(400);
    for (const nothing of [undefined, null, {}, new Error(''), 7]) {
      expect(describeFailure(nothing)).to.equal('unknown error');
    }
  });

  it('is the message of the error that everybody gets, with the cause as it is', () => {
    const cause = new Error(`no route to redis://:${PASSWORD}@redis.example`);
    const error = storeUnavailable(cause);
    expect(error).to.include({ code: 'store-unavailable', status: 503, cause });
    expect(error.message).to.equal(
      'The second factor cannot be checked right now: no route to redis://…@redis.example',
    );
    const own = new SecondFactorError('record-unreadable');
    expect(storeUnavailable(own)).to.equal(own);
  });
});
