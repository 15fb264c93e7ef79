import { expectTypeOf } from 'expect-type';
import type {
  ActivityEntry,
  ActivityName,
  ErrorPage,
  EventName,
  Page,
  PageContent,
  PageError,
  ProblemCode,
  RequestSecondFactor,
  StepUpPage,
} from 'passport-second-factor';

type ModelOf<Name extends Page['name']> = Extract<Page, { name: Name }>['model'];
/** The pages whose model has something of a name. */
type Having<Key extends string> = Extract<Page, { model: Readonly<Record<Key, unknown>> }>['name'];

describe('the types of the page models', () => {
  it('say where codes wait, and until when', () => {
    expectTypeOf<Having<'wait'>>().toEqualTypeOf<'verify' | 'step-up' | 'settings'>();
    expectTypeOf<ModelOf<Having<'wait'>>['wait']>().toEqualTypeOf<{ readonly until: number | null } | null>();
    expectTypeOf<PageError['until']>().toEqualTypeOf<number | null | undefined>();
  });

  it('say on every page what was done, by a code that is one of a list', () => {
    expectTypeOf<Page>().toHaveProperty('success');
    type Done = NonNullable<Page['success']>;
    expectTypeOf<Done>().toEqualTypeOf<{ readonly code: Done['code']; readonly message: string }>();
    expectTypeOf<'recovery-codes-confirmed'>().toExtend<Done['code']>();
    expectTypeOf<Done['code']>().not.toEqualTypeOf<string>();
    expectTypeOf<Page['error']>().toEqualTypeOf<PageError | null>();
    expectTypeOf<PageError['code']>().toEqualTypeOf<ProblemCode>();
  });

  it('tell the two kinds of what is done after a step-up apart', () => {
    expectTypeOf<StepUpPage['model']['next']>().toEqualTypeOf<
      { readonly kind: 'setup' } | { readonly kind: 'impersonation'; readonly account: string } | null
    >();
    expectTypeOf<ModelOf<'recovery-codes'>['next']>().toEqualTypeOf<string>();
    expectTypeOf<ModelOf<'recovery-code-used'>['next']>().toEqualTypeOf<string>();
    expectTypeOf<Having<'next'>>().toEqualTypeOf<'step-up' | 'recovery-codes' | 'recovery-code-used'>();
  });

  it('say where a refusal leads back to, on the page of errors alone', () => {
    expectTypeOf<ErrorPage['model']['back']>().toEqualTypeOf<string | null>();
    expectTypeOf<Having<'back'>>().toEqualTypeOf<'error'>();
  });

  it('say why something ended by reasons that a switch can list', () => {
    type Ended = NonNullable<RequestSecondFactor['ended']>;
    expectTypeOf<Ended>().not.toEqualTypeOf<string>();
    expectTypeOf<'expired' | 'password-changed' | 'factor-replaced'>().toExtend<Ended>();
    expectTypeOf<'ended'>().not.toExtend<Ended>();
  });

  it('say what happened lately by the names of events, and of one sign-in that is none', () => {
    expectTypeOf<ModelOf<'settings'>['activity']>().toEqualTypeOf<readonly ActivityEntry[] | null>();
    expectTypeOf<Exclude<ActivityName, EventName>>().toEqualTypeOf<'remembered-browser'>();
  });

  it('hand a frame the same error as a view', () => {
    expectTypeOf<PageContent['error']>().toEqualTypeOf<Page['error']>();
    expectTypeOf<PageContent['name']>().toEqualTypeOf<Page['name']>();
  });
});
