import type { NoticeFacts, NoticeName } from '../notice.js';

/** What the owner is to do next. Whole sentences. */
export interface NextSteps {
  /** Where they did it themselves, or asked for it. */
  readonly expected: string;
  /** Where they did neither. */
  readonly unexpected: string;
}

/** Every sentence of the notices in one language. */
export interface NoticeWords {
  readonly subjects: Readonly<Record<NoticeName, string>>;
  /** What happened. Times come from `facts` in milliseconds; `minute` writes them. */
  readonly sentences: Readonly<
    Record<NoticeName, (facts: NoticeFacts, minute: (milliseconds: number) => string) => string>
  >;
  /** Where nobody is named who did it: then it was the owner, or somebody who passes for them. */
  readonly next: Readonly<Record<NoticeName, NextSteps>>;
  /** Where an operator, or an account that acts, did it. */
  readonly nextByOthers: Readonly<Record<NoticeName, NextSteps>>;
  /** What stands in front of the facts. */
  readonly labels: Readonly<Record<'account' | 'at' | 'by' | 'ip' | 'browser', string>>;
}
