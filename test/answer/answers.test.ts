import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import supertest from 'supertest';
import { challenge } from '../../lib/answer/challenge.js';
import { setAnswerHeaders } from '../../lib/answer/headers.js';
import { problemDocument, sendJson, sendProblem } from '../../lib/answer/problem.js';
import { redirect } from '../../lib/answer/redirect.js';
import { PROBLEMS } from '../../lib/errors.js';
import type { ProblemCode } from '../../lib/errors.js';

const answerOf = (listener: RequestListener, method: 'get' | 'head' = 'get') =>
  supertest(createServer(listener))[method]('/').redirects(0);

const COMMON = {
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  vary: 'Cookie',
};

describe('answer/headers', () => {
  it('go with every answer: never cached, never framed (D13, I4)', async () => {
    for (const listener of [
      (req, res) => redirect(req, res, '/x'),
      (req, res) => sendJson(req, res, 200, {}),
      (req, res) => sendProblem(req, res, 'locked'),
    ] satisfies RequestListener[]) {
      const { headers } = await answerOf(listener);
      expect(headers).to.include(COMMON);
      expect(headers).not.to.have.property('etag');
    }
  });

  it('leave a policy of the application alone', async () => {
    const { headers } = await answerOf((req, res) => {
      res.setHeader('Content-Security-Policy', "default-src 'self'");
      sendJson(req, res, 200, {});
    });
    expect(headers['content-security-policy']).to.equal("default-src 'self'");
  });

  for (const [before, after] of [
    ['Accept-Encoding', 'Accept-Encoding, Cookie'],
    [['Accept', 'Origin'], 'Accept, Origin, Cookie'],
    ['accept, COOKIE', 'accept, COOKIE'],
    ['*', '*'],
    ['Cookie2', 'Cookie2, Cookie'],
  ] as const) {
    it(`make Vary: ${String(before)} into ${after}`, async () => {
      const { headers } = await answerOf((_req, res) => {
        res.setHeader('Vary', before);
        setAnswerHeaders(res);
        res.end();
      });
      expect(headers.vary).to.equal(after);
    });
  }
});

describe('answer/problem', () => {
  it('is an RFC 9457 document whose type ends in the code', () => {
    for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
      const { status, title } = PROBLEMS[code];
      expect(problemDocument(code)).to.deep.equal({
        type: `urn:passport-second-factor:error:${code}`,
        title,
        status,
        code,
      });
    }
    expect(problemDocument('clock-skew', { minutes: 3 })).to.include({ minutes: 3, status: 422 });
  });

  it('is sent with its status, its media type and its length', async () => {
    const answer = await answerOf((req, res) => sendProblem(req, res, 'locked', { until: null }));
    expect(answer.status).to.equal(429);
    expect(answer.headers['content-type']).to.equal('application/problem+json; charset=utf-8');
    expect(Number(answer.headers['content-length'])).to.equal(Buffer.byteLength(answer.text));
    expect(answer.body).to.include({ code: 'locked', until: null });
  });

  it('sends a HEAD request the headers only', async () => {
    const answer = await answerOf((req, res) => sendJson(req, res, 200, { name: 'é' }), 'head');
    expect(answer.headers['content-length']).to.equal('13');
    expect(answer.text).to.equal(undefined);
  });
});

describe('answer/redirect', () => {
  for (const [location, sent] of [
    ['/two-step/verify', '/two-step/verify'],
    ['/a?b=c#d', '/a?b=c#d'],
    ['/ä?ö=ü', '/%C3%A4?%C3%B6=%C3%BC'],
    ['https://app.example/ä', 'https://app.example/%C3%A4'],
  ] as const) {
    it(`goes to ${location} with 303`, async () => {
      const answer = await answerOf((req, res) => redirect(req, res, location));
      expect(answer.status).to.equal(303);
      expect(answer.headers.location).to.equal(sent);
      expect(answer.headers['content-length']).to.equal('0');
    });
  }

  it('sends no header of an attacker', async () => {
    const answer = await answerOf((req, res) => redirect(req, res, '/a\r\nSet-Cookie: a=b'));
    expect(answer.headers).not.to.have.property('set-cookie');
  });
});

describe('answer/challenge', () => {
  it('asks for a session, at which no browser shows its own prompt', () => {
    expect(challenge('login-required')).to.equal('Session error="login-required"');
  });

  it('asks for step-up in the form of RFC 9470', () => {
    expect(challenge('step-up-required', 300)).to.equal(
      'Bearer error="insufficient_user_authentication", error_description="step-up-required", max_age="300"',
    );
  });
});
