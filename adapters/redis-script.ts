import { createHash } from 'node:crypto';

/**
 * Reads or swaps one value in one atomic step, on Redis 2.6 and later.
 *
 * - `KEYS[1]`: the key of one account.
 * - no arguments: replies with the value, or nil.
 * - two arguments, the expected and the next value: replies 1 when it swapped, else 0. A value is written as `=` and
 *   the text, no value as nothing, so that the empty string is a value like any other. It also replies 1 when the next
 *   value is there already: texts are sealed with a random nonce, so it was written by this very swap, which a client
 *   has sent again after its connection was lost.
 *
 * Every way out makes one write, `PERSIST` where there is nothing to change: a replica refuses it, so that
 * no answer is as old as a replica may be, and a cluster client asks the master. Needs no memory for it,
 * and never sets a time to live.
 */
export const SCRIPT = `
local value = redis.call('GET', KEYS[1])
local found = value and '=' .. value or ''
if found == ARGV[1] then
  if ARGV[2] == '' then
    redis.call('DEL', KEYS[1])
  else
    redis.call('SET', KEYS[1], string.sub(ARGV[2], 2))
  end
  return 1
end
redis.call('PERSIST', KEYS[1])
if #ARGV == 0 then return value end
return value and found == ARGV[2] and 1 or 0
`;

/** The name under which Redis keeps {@link SCRIPT} once it has seen it. */
export const SCRIPT_SHA1 = createHash('sha1').update(SCRIPT).digest('hex');
