import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { ioredisConnection } from '../../adapters/ioredis-connection.js';
import { closedError, lastErrorOf, notConnectedError } from '../../adapters/redis-connection.js';
import { LIBRARIES } from './redis-clients.js';

describe('adapters/redis-connection', () => {
  it('notes the last error of a client, and forgets it', () => {
    const client = new EventEmitter();
    client.on('error', () => undefined);
    const last = lastErrorOf(client);
    last.follow();
    last.follow();
    expect(client.listenerCount('error')).to.equal(2);
    expect(last.value).to.equal(undefined);
    const error = new Error('connect ECONNREFUSED');
    client.emit('error', new Error('earlier'));
    client.emit('error', error);
    expect(last.value).to.equal(error);
    expect(notConnectedError('connecting', last.value)).to.have.property('cause', error);
    expect(closedError(last.value)).to.have.property('cause', error);
    last.forget();
    expect(last.value).to.equal(undefined);
  });

  for (const { name, client: make } of LIBRARIES) {
    it(`listens to no error of ${name} that the application does not listen to`, () => {
      const { client, close } = make({ host: '127.0.0.1', port: 1 });
      const emitter = client as unknown as EventEmitter;
      emitter.removeAllListeners('error');
      const last = lastErrorOf(client);
      last.follow();
      expect(emitter.listenerCount('error')).to.equal(0);
      emitter.on('error', () => undefined);
      last.follow();
      expect(emitter.listenerCount('error')).to.equal(2);
      close();
    });
  }

  it('sends no whole script where the answer was given up before Redis said that it does not know it', async () => {
    const givenUp = new AbortController();
    const sent: string[] = [];
    const client = Object.assign(new EventEmitter(), {
      status: 'ready',
      options: {},
      connect: () => Promise.resolve(),
      get: () => Promise.resolve(null),
      call: () => Promise.resolve(),
      evalsha() {
        sent.push('evalsha');
        givenUp.abort(new Error('given up'));
        return Promise.reject(new Error('NOSCRIPT No matching script.'));
      },
      eval() {
        sent.push('eval');
        return Promise.resolve(1);
      },
    });
    const run = ioredisConnection(client).runScript('alice', ['', '=late'], givenUp);
    expect(await run.catch((error: unknown) => error)).to.have.property('message', 'given up');
    expect(sent).to.deep.equal(['evalsha']);
  });
});
