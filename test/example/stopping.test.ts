import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { until } from '../support/eventually.js';
import { startPanelProcess } from '../support/example-process.js';
import type { PanelProcess } from '../support/example-process.js';
import { enable, signedIn } from '../support/people.js';
import { printed } from '../support/program.js';
import { connectRedis, sharedRedis } from '../support/redis-server.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import type { TcpProxy } from '../support/tcp-proxy.js';

const RECORD = 'second-factor:alice';
/** An empty value in a command to Redis: there was no record, or there is none any more. */
const NONE = '\r\n$0\r\n\r\n';

/** Whether a program still takes connections. */
async function listens({ port }: PanelProcess): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('the example panel, stopped while Redis has a change and not answered yet', () => {
  let redis: Redis;
  let proxy: TcpProxy;
  let panel: PanelProcess;

  beforeEach(async () => {
    const server = await sharedRedis();
    redis = connectRedis(server);
    proxy = await startTcpProxy(server);
    panel = await startPanelProcess({ REDIS_URL: `redis://${proxy.host}:${proxy.port}` });
  });
  afterEach(async () => {
    await panel.stop();
    await proxy.close();
    redis.disconnect();
  });

  /**
   * Makes a change whose answer is held, and stops the panel. The answer comes once it takes no connections any more, and
   * was told a second time to stop, as npm does.
   */
  async function stopAt<Result>(act: () => Promise<Result>): Promise<Result> {
    const isThere = async (): Promise<boolean> => (await redis.get(RECORD)) !== null;
    // To disable it takes two changes: the code is spent first.
    const wasThere = await isThere();
    proxy.holdAnswersTo(NONE);
    const acting = act();
    await until('the change to be made', async () => (await isThere()) !== wasThere);
    const stopped = panel.stop();
    await until('the panel to stop listening', async () => !(await listens(panel)));
    panel.kill('SIGTERM');
    proxy.restore();
    await stopped;
    return acting;
  }

  it('shows the recovery codes of an owner who enables it, and mails', async () => {
    const client = await signedIn(panel);
    const { recoveryCodes } = await stopAt(() => enable({ now: Date.now() }, client));
    expect(recoveryCodes).to.have.length(10);
    await printed(panel, /"name":"enrolled"/);
    await printed(panel, /"mailTo":"alice".*was enabled/);
  });

  it('answers an owner who disables it, and mails', async () => {
    const client = await signedIn(panel);
    const { phone } = await enable({ now: Date.now() }, client);
    const { status } = await stopAt(() => client.post('/two-step/disable', { code: phone.nextCode() }));
    expect(status).to.equal(200);
    expect(await redis.get(RECORD)).to.equal(null);
    await printed(panel, /"name":"disabled"/);
    await printed(panel, /"mailTo":"alice".*was disabled/);
  });
});
