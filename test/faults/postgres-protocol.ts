import type { Protocol } from './fault-proxy.js';

/** Messages that a server answers until it is ready again: Query, Sync. And Terminate, which nothing follows. */
const LAST_OF_A_COMMAND = ['Q', 'S', 'X'];
const READY_FOR_QUERY = 'Z';

/**
 * PostgreSQL: a command is all messages up to one that the server answers until it is ready again.
 *
 * @see https://www.postgresql.org/docs/15/protocol-message-formats.html
 */
export const POSTGRES_PROTOCOL: Protocol = {
  commandEnd(data, isFirst) {
    // The start-up message has no type.
    if (isFirst) return data.length >= 4 && data.length >= data.readInt32BE(0) ? data.readInt32BE(0) : -1;
    return endOfMessages(data, LAST_OF_A_COMMAND);
  },
  answerEnd: (data) => endOfMessages(data, [READY_FOR_QUERY]),
  nameOf(command, isFirst) {
    if (isFirst || command[0] === 'X'.charCodeAt(0)) return null;
    return (
      /\b(select|insert|update|delete)\b/i.exec(command.toString('latin1'))?.[0].toUpperCase() ?? 'OTHER'
    );
  },
  refusalOf: () => undefined,
};

/** Where the first message of one of some types ends; -1 while it is not complete. */
function endOfMessages(data: Buffer, types: readonly string[]): number {
  for (let at = 0; at + 5 <= data.length;) {
    const end = at + 1 + data.readInt32BE(at + 1);
    if (end > data.length) return -1;
    if (types.includes(String.fromCharCode(data[at]!))) return end;
    at = end;
  }
  return -1;
}
