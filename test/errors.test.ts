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

  describe('instanceof', () => {
    class OwnError extends SecondFactorError {}
    class OwnRequiredError extends SecondFactorRequiredError {}
    const required = new SecondFactorRequiredError('code-required', '/two-step/verify', 0);
    const plain = new SecondFactorError('store-unavailable');

    it('holds for a class and what extends it, never the other way round', () => {
      expect(required).to.be.an.instanceOf(SecondFactorError);
      expect(new OwnError('locked')).to.be.an.instanceOf(SecondFactorError).and.an.instanceOf(OwnError);
      expect(new OwnRequiredError('code-required', '/', 0)).to.be.an.instanceOf(SecondFactorRequiredError);
      expect(plain).to.not.be.an.instanceOf(SecondFactorRequiredError);
      for (const error of [plain, required]) {
        expect(error).to.not.be.an.instanceOf(OwnError);
        expect(error).to.not.be.an.instanceOf(OwnRequiredError);
      }
    });

    it('does not hold for what only looks like such an error', () => {
      const lookalikes = [
        ...[null, undefined, 'SecondFactorError', 401, new Error('locked'), () => required, {}],
        JSON.parse(JSON.stringify(Object.assign({}, required, { message: required.message }))) as unknown,
        Object.assign({}, required, { name: required.name, stack: required.stack }),
        JSON.parse('{"passport-second-factor.SecondFactorRequiredError":true}') as unknown,
        structuredClone(required),
      ];
      for (const value of lookalikes) {
        expect(value instanceof SecondFactorError, String(value)).to.equal(false);
        expect(value instanceof SecondFactorRequiredError, String(value)).to.equal(false);
      }
    });

    it('shows nothing of itself in what is logged', () => {
      expect(Reflect.ownKeys(plain)).to.have.members(['stack', 'message', 'name', 'code', 'status']);
      expect(Object.keys(SecondFactorError)).to.deep.equal([]);
    });
  });
});
