import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A way to a server through which a test loses answers. */
export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Lets commands through, and no answer until {@link TcpProxy.restore}. */
  holdAnswers(): void;
  /** The same, from the next command with this text on: its answer is the first that is held. */
  holdAnswersTo(command: string): void;
  /** Lets new connections wait, both ways; those that are there go on. */
  delayNew(): void;
  /** How many wait. */
  waiting(): number;
  /** Lets the connections that wait go on. */
  admit(): void;
  /** Lets nothing through, which connections do not notice, and refuses new ones. */
  cutOff(): void;
  /** Lets everything through again, also what was sent meanwhile. */
  restore(): void;
  /** Breaks all connections; new ones get answers again. */
  breakAll(): void;
  close(): Promise<void>;
}

/** Listens on a free port of the loopback interface, and leads to a server there. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const servers = new Set<Socket>();
  let holding = false;
  let heldFrom: string | null = null;
  let cut = false;
  const waiting = new Set<Socket>();
  let admitted = Promise.resolve();
  let admit = (): void => undefined;

  const listener = createServer((near) => {
    near.on('error', () => undefined);
    if (cut) {
      near.resetAndDestroy();
      return;
    }
    near.once('close', () => waiting.delete(near));
    waiting.add(near);
    void admitted.then(() => {
      if (waiting.delete(near)) join(near);
    });
  });

  function join(near: Socket): void {
    const far = connect(target.port, target.host);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.on('data', (data) => {
      if (heldFrom !== null && data.includes(heldFrom)) holdAnswers();
      far.write(data);
    });
    far.on('data', (data) => near.write(data));
    servers.add(far);
    far.once('close', () => servers.delete(far));
    if (holding) far.pause();
  }
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  const holdAnswers = (): void => {
    holding = true;
    heldFrom = null;
    for (const far of servers) far.pause();
  };
  const breakAll = (): void => {
    for (const socket of [...sockets, ...waiting]) socket.destroy();
    holding = false;
  };
  return {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    holdAnswers,
    holdAnswersTo: (command) => void (heldFrom = command),
    delayNew() {
      admitted = new Promise((resolve) => (admit = resolve));
    },
    waiting: () => waiting.size,
    admit: () => admit(),
    cutOff() {
      cut = true;
      for (const socket of sockets) socket.pause();
    },
    restore() {
      cut = holding = false;
      heldFrom = null;
      for (const socket of sockets) socket.resume();
    },
    breakAll,
    async close() {
      breakAll();
      listener.close();
      await once(listener, 'close');
    },
  };
}
