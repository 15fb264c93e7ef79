import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The connections of a server that wait for an answer, each with how many. An answer that waits behind another one on its
 * connection is never told that the connection has ended, so the connection itself is asked.
 */
export function connectionsThatWait(server: Server): ReadonlyMap<Socket, number> {
  const waiting = new Map<Socket, number>();
  server.on('connection', (socket: Socket) => socket.once('close', () => waiting.delete(socket)));
  server.on('request', ({ socket }, res) => {
    waiting.set(socket, (waiting.get(socket) ?? 0) + 1);
    res.once('close', () => {
      const left = (waiting.get(socket) ?? 1) - 1;
      if (left > 0) waiting.set(socket, left);
      else waiting.delete(socket);
    });
  });
  return waiting;
}
