import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConsoleLogger, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExecutionContext } from '@nestjs/common';
import { expect } from 'chai';
import { SecondFactorError, SecondFactorRequiredError } from 'passport-second-factor';
import type { GuardOptions, GuardDecision, Refusal } from 'passport-second-factor';
import {
  SecondFactorFilter,
  SecondFactorGuard,
  SecondFactorRefusedError,
} from 'passport-second-factor/nestjs';

const REFUSAL: Refusal = {
  ok: false,
  kind: 'guard',
  code: 'step-up-required',
  status: 401,
  location: '/two-step/step-up',
  maxAge: 300,
};

describe('adapters/nestjs', () => {
  describe('SecondFactorGuard', () => {
    it('asks with its options, and lets pass who meets them', () => {
      const asked: unknown[] = [];
      const context = contextOf('http', requestThatSays({ ok: true }, asked));
      expect(new SecondFactorGuard({ maxAge: 300 }).canActivate(context)).to.equal(true);
      expect(new SecondFactorGuard().canActivate(context)).to.equal(true);
      const nothing = {
        ...{ unenrolled: undefined, maxAge: undefined },
        ...{ acceptRememberedBrowser: undefined, phishingResistant: undefined },
      };
      expect(asked).to.deep.equal([{ ...nothing, maxAge: 300 }, nothing]);
    });

    it('throws all there is to a refusal', () => {
      const error = thrownBy(new SecondFactorGuard(), contextOf('http', requestThatSays(REFUSAL)));
      expect(error).to.be.an.instanceOf(SecondFactorRefusedError).and.an.instanceOf(SecondFactorError);
      const { code, status, location, maxAge } = error as SecondFactorRefusedError;
      expect({ ok: false, kind: 'guard', code, status, location, maxAge }).to.deep.equal(REFUSAL);
    });

    it('refuses where the middleware has not been, and says how to mend it', () => {
      for (const [type, request, fix] of [
        ['http', {}, 'mount app.use(secondFactor.session())'],
        ['graphql', undefined, 'override getRequest(context) for the context "graphql"'],
      ] as const) {
        const error = thrownBy(new SecondFactorGuard({ unenrolled: 'allow' }), contextOf(type, request));
        expect(error).to.include({ code: 'session-not-mounted' });
        expect((error as Error).message).to.contain(fix);
      }
    });

    it('is told by a subclass where the request is', () => {
      class OwnGuard extends SecondFactorGuard {
        override getRequest() {
          return requestThatSays({ ok: true });
        }
      }
      expect(new OwnGuard().canActivate(contextOf('graphql', undefined))).to.equal(true);
    });

    it('checks its options when it is made', () => {
      const wrong = { maxage: 1 } as GuardOptions;
      expect(() => new SecondFactorGuard(wrong)).to.throw(SecondFactorError, 'unknown guard option maxage');
    });
  });

  describe('SecondFactorFilter', () => {
    const logged: unknown[][] = [];

    beforeEach(() => {
      logged.length = 0;
      Logger.overrideLogger({ log() {}, warn() {}, error: (...said: unknown[]) => logged.push(said) });
    });
    after(() => {
      Logger.overrideLogger(new ConsoleLogger());
    });

    it('hands refusals to req.secondFactor', async () => {
      const refused: Refusal[] = [];
      const refuse = (res: ServerResponse) => (refusal: Refusal) => {
        refused.push(refusal);
        res.end();
      };
      const required = new SecondFactorRequiredError('code-required', '/two-step/verify', 0);
      for (const error of [new SecondFactorRefusedError(REFUSAL), required]) {
        await answerTo(error, (req, res) => Object.assign(req, { secondFactor: { refuse: refuse(res) } }));
      }
      const { code, status, location } = required;
      expect(refused).to.deep.equal([REFUSAL, { ok: false, kind: 'guard', code, status, location }]);
      expect(logged).to.deep.equal([]);
    });

    it('answers other refusals with a problem document, and outages too, but logs them', async () => {
      const refused = await answerTo(new SecondFactorError('code-required'));
      expect(refused).to.include({ status: 401, challenge: 'Session error="code-required"' });
      expect(refused.body).to.include({ code: 'code-required', status: 401 });
      expect(logged).to.deep.equal([]);

      const outage = await answerTo(new SecondFactorError('store-unavailable', 'Redis is away'));
      expect(outage).to.include({ status: 503, challenge: null });
      expect(outage.body).to.include({ code: 'store-unavailable' });
      expect(JSON.stringify(outage.body)).to.not.contain('Redis');
      expect(logged[0]).to.include('Redis is away');
    });

    it('logs the message of a mistake, and answers with nothing but its status', async () => {
      for (const [code, status] of [
        ['login-twice', 500],
        ['account-unknown', 401],
        ['session-missing', 503],
      ] as const) {
        logged.length = 0;
        const answer = await answerTo(new SecondFactorError(code, 'the fix'));
        expect(answer.status).to.equal(status);
        expect(Object.keys(answer.body)).to.deep.equal(['statusCode', 'message']);
        expect(answer.body.message).to.not.contain('the fix');
        expect(logged[0]).to.include('the fix');
      }
    });

    it('ends an answer that has begun', async () => {
      const answer = await answerTo(new SecondFactorError('login-twice', 'late'), (_req, res) => {
        res.writeHead(200, { 'content-type': 'application/json' });
        res.write('{}');
      });
      expect(answer).to.deep.include({ status: 200, body: {} });
      expect(logged[0]).to.include('late');
    });

    it('returns the error outside of HTTP', () => {
      const error = new SecondFactorRefusedError(REFUSAL);
      expect(new SecondFactorFilter().catch(error, contextOf('graphql', undefined))).to.equal(error);
    });
  });
});

function requestThatSays(decision: GuardDecision, asked: unknown[] = []) {
  const evaluate = (options: unknown): GuardDecision => {
    asked.push(options);
    return decision;
  };
  return { secondFactor: { evaluate } } as never;
}

function contextOf(type: string, request: unknown, response?: unknown): ExecutionContext & ArgumentsHost {
  const http = { getRequest: () => request, getResponse: () => response };
  return { getType: () => type, switchToHttp: () => http } as never;
}

function thrownBy(guard: SecondFactorGuard, context: ExecutionContext): unknown {
  try {
    return guard.canActivate(context);
  } catch (error) {
    return error;
  }
}

/** What a client gets from the filter. */
async function answerTo(
  error: SecondFactorError,
  prepare: (req: IncomingMessage, res: ServerResponse) => void = () => undefined,
) {
  const server = createServer((req, res) => {
    prepare(req, res);
    new SecondFactorFilter().catch(error, contextOf('http', req, res));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const text = await response.text();
  server.close();
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: response.status, challenge: response.headers.get('www-authenticate'), body };
}
