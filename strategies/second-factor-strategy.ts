import type { IncomingMessage } from 'node:http';
import { bodyField, hasLeft, isTicked } from '../lib/answer/body-field.js';
import { faultyField } from '../lib/answer/faulty-field.js';
import { PROBLEMS, SecondFactorError } from '../lib/errors.js';
import type { Context } from '../lib/session/context.js';
import { refused } from '../lib/session/refusal.js';
import { presentedBy } from '../lib/session/try-proof.js';
import { wayOn } from '../lib/session/way-on.js';
import { secondStep } from '../lib/sign-in/second-step.js';

/** What `passport.use` takes. */
export interface PassportStrategy {
  readonly name: string;
  /** Called by Passport; tells it the outcome. */
  authenticate(req: IncomingMessage): void;
}

/** The actions Passport adds to a strategy for one request. */
interface Actions {
  readonly success: (user: unknown, info?: object) => void;
  readonly fail: (challenge: object, status: number) => void;
  readonly error: (error: unknown) => void;
}

/**
 * The Passport strategy for applications that write their own code route below `basePath`; the first step is any
 * other strategy. Mount the route before strategies that run on every request. The code is `req.body.code`; the
 * account is only taken from the parked sign-in. A ticked `req.body.rememberBrowser` remembers the browser, if the
 * option `rememberBrowsers` allows it.
 *
 * It calls `success(user, { recoveryCodesLeft })`, upon which Passport's `req.logIn` completes the sign-in;
 * `fail({ message, code }, status)` with a code of docs/errors.md for the user, with `code-malformed` also `field`,
 * `fault` and `detail` for the program, and with `location` where a first factor or key has to be added, which no
 * code does; `error` for the operator.
 *
 * An object rather than a class: Passport inherits from what it is given, which private fields forbid.
 *
 * @example
 * passport.use(secondFactor.strategy);
 * app.post('/two-step/code', passport.authenticate('second-factor', { successReturnToOrRedirect: '/' }));
 */
export function createStrategy(contextOf: (req: IncomingMessage) => Context | undefined): PassportStrategy {
  return {
    name: 'second-factor',
    authenticate(req) {
      // Taken before anything is awaited: given the object itself, Passport writes those of the next
      // request over them.
      const { success, fail, error } = this as unknown as Actions;
      evaluate(contextOf(req))
        .then(({ step, context }) => {
          if (!step.ok) {
            const { code } = step;
            const { title, status } = PROBLEMS[code];
            const fault = step.kind === 'field' && faultyField(req, step.field);
            fail({ message: title, code, ...fault, ...placeOf(context) }, status);
            return;
          }
          if (step.next === 'must-enroll') {
            const { title, status } = PROBLEMS['security-key-required'];
            fail({ message: title, code: 'security-key-required', ...placeOf(context) }, status);
            return;
          }
          context.proof = step.proof;
          success(step.proof.user, { recoveryCodesLeft: step.recoveryCodesLeft });
        })
        .catch((cause: unknown) => {
          // Also what the application's own callback throws: nobody else would hear of it.
          error(cause);
        });
    },
  };
}

/** Told to nobody, and no guess. */
const NOTHING_TYPED = { ok: false, kind: 'field', code: 'code-malformed', field: 'code' } as const;

/** Where a sign-in goes on that no code completes, because a first factor or key has to be added. */
function placeOf({ core, state }: Context): { readonly location?: string } {
  return state?.state === 'must-enroll' ? { location: wayOn(core.options.basePath, state) } : {};
}

async function evaluate(context: Context | undefined) {
  if (!context) {
    throw new SecondFactorError(
      'session-not-mounted',
      "passport.authenticate('second-factor') needs app.use(secondFactor.session()) before it",
    );
  }
  if (hasLeft(context.req) || context.sender.isLost) return { step: NOTHING_TYPED, context };
  if (context.state?.state === 'must-enroll') return { step: refused('enrollment-required'), context };
  const remember = isTicked(bodyField(context.req, 'rememberBrowser'));
  return { step: await secondStep(context, presentedBy(context), remember), context };
}
