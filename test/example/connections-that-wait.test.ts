import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect } from 'chai';
import { connectionsThatWait } from '../../example/panel/connections-that-wait.js';
import { until } from '../support/eventually.js';

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

describe('example/panel/connections-that-wait', () => {
  let server: Server;
  let waiting: ReadonlyMap<Socket, number>;
  let answers: ServerResponse[];
  let client: Socket;

  beforeEach(async () => {
    answers = [];
    server = createServer((_req, res) => void answers.push(res));
    waiting = connectionsThatWait(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(client, 'connect');
  });
  afterEach(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  });

  /** Asks on one connection, without waiting for the answers in between. */
  async function ask(times: number): Promise<void> {
    const before = answers.length;
    client.write(REQUEST.repeat(times));
    await until('the requests to arrive', () => Promise.resolve(answers.length === before + times));
  }

  it('has a connection until all that was asked on it is answered, each time anew', async () => {
    for (const times of [3, 1]) {
      await ask(times);
      expect([...waiting.values()]).to.deep.equal([times]);
      for (const answer of answers.splice(0)) answer.end();
      await until('the answers to be sent', () => Promise.resolve(waiting.size === 0));
    }
  });

  it('forgets a connection that ends before its answers', async () => {
    await ask(20);
    client.resetAndDestroy();
    await until('the connection to end', () => Promise.resolve(waiting.size === 0));
    for (const answer of answers) answer.end();
    expect(waiting.size).to.equal(0);
  });
});
