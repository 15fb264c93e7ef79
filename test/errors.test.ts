import { expect } from 'chai';
import { SecondFactorError, SecondFactorRequiredError } from 'passport-second-factor';
import { PROBLEMS, isProblemCode, problemType } from '../lib/errors.js';

describe('errors', () => {
  it('gives every code that clients are told a status of 4xx or 503 and a sentence', () => {
    for (const [code, { status, title }] of Object.entries(PROBLEMS)) {
      expect(code).to.match(/^[a-z]+(-[a-z]+)*$/);
      expect(status, code).to.satisfy((value: number) => (value >= 400 && value < 500) || value === 503);
      expect(title, code).to.match(/^[A-Z].+\.$/);
    }
  });

  it('says in an error what a framework needs', () => {
    const error = new SecondFactorError('code-invalid');
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({
      name: 'SecondFactorError',
      code: 'code-invalid',
      status: 401,
      statusCode: 401,
      type: 'urn:passport-second-factor:error:code-invalid',
      message: 'The code is not right.',
    });
  });

  it('keeps the cause and a message of its own', () => {
    const cause = new Error('ECONNREFUSED');
    const error = new SecondFactorError('store-unavailable', 'later', { cause });
    expect(error).to.include({ status: 503, message: 'later', cause });
  });

  it('answers mistakes of the integration with 500, and outages and unknown accounts with their own', () => {
    for (const [code, status] of [
      ['option-invalid', 500],
      ['passport-instance', 500],
      ['login-twice', 500],
      ['session-not-on-server', 500],
      ['session-missing', 503],
      ['account-unknown', 401],
    ] as const) {
      expect(new SecondFactorError(code).status, code).to.equal(status);
    }
  });

  it('tells with a SecondFactorRequiredError where the code form is and until when', () => {
    const error = new SecondFactorRequiredError('code-required', '/two-step/verify', 7);
    expect(error).to.be.instanceOf(SecondFactorError);
    expect(error).to.include({
      name: 'SecondFactorRequiredError',
      code: 'code-required',
      status: 401,
      location: '/two-step/verify',
      until: 7,
    });
  });

  it('knows a code only by its own name', () => {
    expect(isProblemCode('locked')).to.equal(true);
    for (const code of ['option-invalid', 'toString', '__proto__', 'constructor', '']) {
      expect(isProblemCode(code), code).to.equal(false);
    }
  });

  it('ends every type in its code', () => {
    for (const code of Object.keys(PROBLEMS)) expect(problemType(code).endsWith(`:${code}`)).to.equal(true);
  });
});
