import { isIP } from 'node:net';
import { cleanText } from '../account/clean-text.js';
import type { ActivityName } from '../activity.js';
import type { Activity } from '../account/activity.js';
import { withActivity } from '../account/activity.js';
import type { Decision } from '../account/record.js';
import { browserName } from './browser-token.js';
import type { Core, EventOrigin } from './core.js';
import { momentOf } from './core.js';
import { plainAddress } from './plain-address.js';

/** The longest address: IPv6 with an IPv4 address in it (RFC 4291 §2.2). Longer ones, with a zone, are dropped. */
const LONGEST_ADDRESS = 45;
/** The longest name of an operator or of a browser, in characters. */
const LONGEST_NAME = 40;

interface Source {
  readonly origin: EventOrigin;
  readonly by?: string | undefined;
}

/**
 * Adds the entry for the owner's recent activity to a decision, if the record is written anyway. Without the option
 * `recentActivity`, records keep none.
 */
export function noted<Outcome>(
  { options }: Core,
  source: Source,
  decision: Decision<Outcome>,
): Decision<Outcome> {
  const { next, activity } = decision;
  if (next === null || next === 'unchanged') return decision;
  if (!options.recentActivity)
    return next.activity.length === 0 ? decision : { ...decision, next: { ...next, activity: [] } };
  if (activity === undefined) return decision;
  const entry = entryOf(activity, source, momentOf(options));
  return { ...decision, next: { ...next, activity: withActivity(next.activity, entry) } };
}

/** The only place where texts from outside enter. Of a user agent, only the names of known browsers are kept. */
function entryOf(what: ActivityName, { origin, by = '' }: Source, at: number): Activity {
  const ip = plainAddress(origin.ip ?? '');
  return {
    what,
    at: Math.floor(at / 1000),
    count: 1,
    ip: isIP(ip) > 0 && ip.length <= LONGEST_ADDRESS ? ip : '',
    browser: cleanText(browserName(origin.userAgent), LONGEST_NAME),
    by: cleanText(by, LONGEST_NAME),
  };
}
