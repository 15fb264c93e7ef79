import { SecondFactorError } from '../../lib/errors.js';
import { checkGuardOptions } from '../../lib/session/evaluate.js';
import { guardDecision } from '../../lib/session/guard-decision.js';
import type { GuardDecision, GuardOptions, RequestSecondFactor } from '../../lib/session/request-api.js';
import { isLater } from '../../lib/soon.js';
import type { NestContext } from './nest-context.js';
import { SecondFactorRefusedError } from './second-factor-refused-error.js';

/**
 * `requireSecondFactor` as a guard of NestJS: `@UseGuards(SecondFactorGuard)`, or with options
 * `@UseGuards(new SecondFactorGuard({ maxAge: 300 }))`. What it throws is answered by `SecondFactorFilter`.
 *
 * Outside of HTTP, override {@link SecondFactorGuard.getRequest}, as with `AuthGuard`.
 *
 * @throws {SecondFactorError} at construction `option-unknown`, `option-invalid`
 * @example
 * import { Controller, Get, UseGuards } from '@nestjs/common';
 * import { SecondFactorGuard } from 'passport-second-factor/nestjs';
 * @Controller('backups')
 * @UseGuards(new SecondFactorGuard({ maxAge: 300 }))
 * export class BackupsController {
 *   @Get()
 *   list() {
 *     return [];
 *   }
 * }
 */
export class SecondFactorGuard {
  /** What every request must meet. */
  protected readonly options: GuardOptions;

  constructor(options: GuardOptions = {}) {
    this.options = checkGuardOptions(options);
  }

  /**
   * Lets a request pass that meets the options. Synchronous, and reads no store but with `maxAge` under the option
   * `recheckSeconds`, and if the body has arrived since the session was loaded.
   *
   * @throws {SecondFactorRefusedError} for one that does not
   * @throws {SecondFactorError} `session-not-mounted` without the middleware, or where the request is elsewhere
   */
  canActivate(context: NestContext): boolean | Promise<boolean> {
    const { secondFactor } = this.getRequest(context) ?? {};
    if (!secondFactor) throw notMounted(context.getType());
    const decision = guardDecision(secondFactor, this.options);
    return isLater(decision) ? Promise.resolve(decision).then(passes) : passes(decision);
  }

  /** The request of Express that `secondFactor.session()` has seen. */
  protected getRequest(
    context: NestContext,
  ): { readonly secondFactor?: RequestSecondFactor | undefined } | undefined {
    return context.switchToHttp().getRequest() as { readonly secondFactor?: RequestSecondFactor } | undefined;
  }
}

function passes(decision: GuardDecision): boolean {
  if (!decision.ok) throw new SecondFactorRefusedError(decision);
  return true;
}

function notMounted(type: string): SecondFactorError {
  const fix =
    type === 'http'
      ? 'mount app.use(secondFactor.session()) in main.ts, before app.listen()'
      : `override getRequest(context) for the context "${type}", so that it gives the request of Express`;
  return new SecondFactorError('session-not-mounted', `SecondFactorGuard found no req.secondFactor: ${fix}`);
}
