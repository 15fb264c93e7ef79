import type { Fault } from './fault.js';
import type { Protocol } from './fault-proxy.js';

/** What a client says while it connects; the place of a command in a flow does not count it. */
const HANDSHAKE = ['HELLO', 'AUTH', 'SELECT', 'CLIENT', 'INFO', 'CONFIG'];

/** What a server says that refuses. */
const REFUSALS: Partial<Record<Fault, string>> = {
  oom: "-OOM command not allowed when used memory > 'maxmemory'.\r\n",
  lost: '-ERR something is wrong with this answer\r\n',
  'oom-once': "-OOM command not allowed when used memory > 'maxmemory'.\r\n",
  loading: '-LOADING Redis is loading the dataset in memory\r\n',
  readonly: "-READONLY You can't write against a read only replica.\r\n",
  'readonly-once': "-READONLY You can't write against a read only replica.\r\n",
};

/** Redis, in RESP2 or RESP3: a command is one frame, and so is an answer. */
export const REDIS_PROTOCOL: Protocol = {
  commandEnd: (data) => frameEnd(data),
  answerEnd: (data) => frameEnd(data),
  nameOf(command) {
    const name = commandName(command);
    return HANDSHAKE.includes(name) ? null : name;
  },
  refusalOf: (fault) => REFUSALS[fault],
};

/**
 * Where the first frame of the Redis protocol ends, RESP2 or RESP3; -1 while it is not complete.
 *
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
function frameEnd(data: Buffer, from = 0): number {
  const line = data.indexOf('\r\n', from);
  if (line === -1) return -1;
  const start = line + 2;
  const type = String.fromCharCode(data[from]!);
  const length = Number(data.toString('latin1', from + 1, line));
  if ('$!='.includes(type)) {
    const end = length < 0 ? start : start + length + 2;
    return end <= data.length ? end : -1;
  }
  if (!'*~>%|'.includes(type)) return start;
  const children = type === '%' ? length * 2 : type === '|' ? length * 2 + 1 : length;
  let end = start;
  for (let child = 0; child < children; child++) {
    end = frameEnd(data, end);
    if (end === -1) return -1;
  }
  return end;
}

/** The name of a command, in capital letters. */
function commandName(frame: Buffer): string {
  const [, , name = ''] = frame.toString('latin1', 0, 64).split('\r\n');
  return name.toUpperCase();
}
