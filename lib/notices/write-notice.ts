import type { NoticeFacts, NoticeName, NoticeText } from '../notice.js';
import type { NoticeWords } from './notice-words.js';

const MINUTE_MILLISECONDS = 60_000;

/** A notice in the language of the words. */
export function writeNotice(words: NoticeWords, name: NoticeName, facts: NoticeFacts): NoticeText {
  const { issuer, account, at, by, ip, browser } = facts;
  const { labels, sentences, subjects } = words;
  const lines: readonly (readonly [string, string | undefined])[] = [
    [labels.account, account],
    [labels.at, minuteOf(at)],
    [labels.by, by],
    [labels.ip, ip],
    [labels.browser, browser],
  ];
  const known = lines.filter(([, fact]) => fact !== undefined).map(([label, fact]) => `${label}: ${fact}`);
  const { expected, unexpected } = (by === undefined ? words.next : words.nextByOthers)[name];
  return {
    subject: `${issuer}: ${subjects[name]}`,
    body: `${sentences[name](facts, nextMinuteOf)}\n\n${known.join('\n')}\n\n${expected}\n\n${unexpected}\n`,
  };
}

/** When something happened, to the minute, in UTC (ISO 8601 with a space). */
function minuteOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The first full minute that is not before a moment: what is promised for it holds then. */
function nextMinuteOf(milliseconds: number): string {
  return minuteOf(Math.ceil(milliseconds / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS);
}
