import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { hostOf } from '../../example/panel/settings.js';
import { compiled } from '../support/compiled.js';
import { printed, startProgram } from '../support/program.js';
import type { RunningProgram } from '../support/program.js';
import { startPanelProcess, withoutPanel } from '../support/example-process.js';

const LOOPBACK = '127.0.0.1';
/** Addresses of this machine that are not the one; Linux has all of 127.0.0.0/8. */
const OTHERS = [
  ...(process.platform === 'linux' ? ['127.0.0.2'] : []),
  ...Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses
      .filter(({ family, address }) => family === 'IPv4' && address !== LOOPBACK)
      .map(({ address }) => address),
  ),
  '::1',
];

const EXAMPLES: Record<string, (env: Record<string, string>) => Promise<RunningProgram>> = {
  'npm start': startPanelProcess,
  'npm run start:spa': (env) =>
    startProgram(
      compiled('example/spa/app.ts'),
      { ...withoutPanel(), PORT: '0', ...env },
      /http:\/\/\S+:(\d+)\//,
    ),
  'npm run start:minimal': (env) =>
    startProgram(
      compiled('example/minimal/app.ts'),
      { ...withoutPanel(), PORT: '0', ...env },
      /http:\/\/\S+:(\d+)\//,
    ),
};

/** By which addresses of this machine a program is reached. */
async function reachedBy({ port }: RunningProgram): Promise<string[]> {
  const reached: string[] = [];
  for (const host of [LOOPBACK, ...OTHERS]) {
    const socket = connect({ host, port });
    const answered = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    if (answered) reached.push(host);
    socket.destroy();
  }
  return reached;
}

describe('examples, whose passwords everybody knows', () => {
  let running: RunningProgram | undefined;
  afterEach(() => running?.stop());

  it('take an empty HOST for none, which would be every interface', () => {
    expect(hostOf({ HOST: '' })).to.equal(LOOPBACK);
  });

  for (const [command, start] of Object.entries(EXAMPLES)) {
    it(`are reached by this machine alone with ${command}, and say where`, async () => {
      running = await start({});
      expect(await reachedBy(running)).to.deep.equal([LOOPBACK]);
      await printed(running, new RegExp(`http://localhost:${running.port}/`));
    });

    it(`are reached by others too with ${command} where HOST says so`, async () => {
      running = await start({ HOST: '0.0.0.0' });
      expect(await reachedBy(running)).to.have.length.above(1);
      await printed(running, new RegExp(`http://0\\.0\\.0\\.0:${running.port}/`));
    });
  }
});
