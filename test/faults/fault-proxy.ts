import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TimeLimit } from '../support/time-limit.js';
import type { Fault } from './fault.js';

/** What a proxy understands of what goes by. */
export interface Protocol {
  /** Where the first command ends; -1 while it is not complete. The first one of a connection may differ. */
  commandEnd(data: Buffer, isFirst: boolean): number;
  /** Where the answer to one command ends; -1 while it is not complete. */
  answerEnd(data: Buffer): number;
  /** What a command is called; `null` for what a client says while it connects. */
  nameOf(command: Buffer, isFirst: boolean): string | null;
  /** The answer of a server that refuses. */
  refusalOf(fault: Fault): string | undefined;
}

/** A way to a server that understands what goes by, and fails at the command it is told. */
export interface FaultProxy {
  readonly port: number;
  /** The commands since {@link FaultProxy.arm}, without those of a handshake. */
  readonly commands: readonly string[];
  /** Begins to count; the fault happens at the command of this place, the first is 1. */
  arm(fault?: Fault, place?: number): void;
  /** Ends the fault. */
  heal(): void;
  close(): Promise<void>;
}

/** A moment, with `delay`. */
const DELAY_MILLISECONDS = 5;

/** What is special about one proxy. */
export interface FaultProxyOptions {
  /** How long the panel waits; it ends when nothing is answered. */
  readonly limit: TimeLimit;
  /** With `flush`: makes the server forget what it was taught. */
  readonly flush?: () => Promise<unknown>;
}

/** Listens on a free port of the loopback interface, and leads to a server. */
export async function startFaultProxy(
  target: { readonly host: string; readonly port: number },
  protocol: Protocol,
  { limit, flush }: FaultProxyOptions,
): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const commands: string[] = [];
  let armed: { fault: Fault; place: number } | undefined;
  let present: Fault | undefined;
  let refusing = false;
  const frozen = new Set<() => void>();

  const breakAll = (refuse: boolean): void => {
    refusing = refuse;
    for (const socket of sockets) socket.destroy();
  };

  /** Counts a command; what is to happen to it. */
  const faultAt = (name: string | null): { fault: Fault | undefined; begins: boolean } => {
    if (name === null) return { fault: present, begins: false };
    commands.push(name);
    const begins = armed?.place === commands.length;
    if (begins) present = armed?.fault;
    return { fault: present, begins };
  };

  /** One connection: one command at a time goes on to the server, and its answer comes back. */
  const serve = (near: Socket): void => {
    if (refusing) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(target.port, target.host);
    const answers = reader(far, (data) => protocol.answerEnd(data));
    let isFirst = true;
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    const carry = async (frame: Buffer): Promise<void> => {
      const { fault, begins } = faultAt(protocol.nameOf(frame, isFirst));
      isFirst = false;
      const refusal = fault && protocol.refusalOf(fault);
      if (begins && fault?.endsWith('-once')) present = undefined;
      if (refusal !== undefined && fault !== 'lost') {
        near.write(refusal);
        return;
      }
      if (fault === 'refuse' || fault === 'drop') {
        present = undefined;
        breakAll(fault === 'refuse');
        return;
      }
      if (begins && (fault === 'hang' || fault === 'freeze')) limit.pass();
      if (begins && fault === 'blackhole') void limit.passOnce();
      if (fault === 'hang' || (fault === 'blackhole' && begins)) await new Promise(() => undefined);
      if (fault === 'freeze') await new Promise<void>((resolve) => frozen.add(resolve));
      if (fault === 'flush' && begins) await flush?.();
      if (fault === 'delay') await sleep(DELAY_MILLISECONDS);
      far.write(frame);
      const answer = await answers();
      if (fault === 'mute') {
        limit.pass();
        return;
      }
      if (fault === 'late' && begins) {
        present = undefined;
        await limit.passOnce();
      }
      if (begins && fault === 'lost') {
        present = undefined;
        near.write(protocol.refusalOf('lost') ?? '');
        return;
      }
      if (begins && (fault === 'cut' || fault === 'cut-and-refuse')) {
        present = undefined;
        near.write(answer.subarray(0, answer.length >> 1), () => {
          breakAll(fault === 'cut-and-refuse');
        });
        return;
      }
      if (!near.destroyed) near.write(answer);
    };
    const next = reader(near, (data) => protocol.commandEnd(data, isFirst));
    void (async () => {
      for (;;) await carry(await next());
    })();
  };

  const listener = createServer(serve);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    commands,
    arm(fault, place = 0) {
      commands.length = 0;
      armed = fault && { fault, place };
    },
    heal() {
      const fault = present;
      limit.hold();
      armed = present = undefined;
      refusing = false;
      for (const thaw of frozen) thaw();
      frozen.clear();
      if (fault === 'hang' || fault === 'mute') breakAll(false);
    },
    async close() {
      breakAll(true);
      listener.close();
      await once(listener, 'close');
    },
  };
}

/** Reads a socket frame by frame. What is not asked for waits; after the end nothing comes any more. */
function reader(socket: Socket, endOf: (data: Buffer) => number): () => Promise<Buffer> {
  let data = Buffer.alloc(0);
  let waiting: ((frame: Buffer) => void) | undefined;
  const offer = (): void => {
    const end = waiting ? endOf(data) : -1;
    if (!waiting || end === -1) return;
    const frame = data.subarray(0, end);
    data = data.subarray(end);
    const told = waiting;
    waiting = undefined;
    told(frame);
  };
  socket.on('data', (chunk: Buffer) => {
    data = Buffer.concat([data, chunk]);
    offer();
  });
  return () =>
    new Promise((resolve) => {
      waiting = resolve;
      offer();
    });
}
