import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { runConsole } from '../support/console.js';
import { caught } from '../support/headless.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel } from '../support/panel.js';
import { phoneWith } from '../support/people.js';
import { TOKEN_PARAMETERS } from '../support/records.js';
import { warningsOf } from '../support/warnings.js';

const LOGINS = Array.from({ length: 30 }, (_, place) => `user${String(place)}`);
const KEYS = new Map(LOGINS.map((login) => [login, new Secret({ size: 20 }).base32]));
const keyOf = (login: string): string => KEYS.get(login) ?? '';

describe('cli: import --file', () => {
  let directory: string;
  let file: string;
  let panel: Panel;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'second-factor-import-'));
    file = join(directory, 'tokens.jsonl');
  });
  after(() => rmSync(directory, { recursive: true, force: true }));
  beforeEach(async () => {
    panel = await startPanel({ users: LOGINS.map((login) => user(login)) });
  });
  afterEach(stopPanels);

  const plain = (login: string): object => ({ account: login, secret: keyOf(login) });
  function write(lines: readonly unknown[], end = '\n'): void {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    writeFileSync(file, text.join(end) + end);
  }
  const run = (...options: string[]): ReturnType<typeof runConsole> =>
    runConsole(panel, ['import', '--file', file, ...options]);

  it('enrolls every account, in every way a line may say it', async () => {
    const token = Secret.fromBase32(keyOf('user1')).hex;
    const uri = new TOTP({
      secret: Secret.fromBase32(keyOf('user2')),
      ...{ issuer: 'Acme', label: 'user2', digits: 7 },
    }).toString();
    write([
      plain('user0'),
      '',
      { account: 'user1', secret: token, encoding: 'hex', ...TOKEN_PARAMETERS, name: 'Token 4711' },
      ' \t',
      { account: 'user2', uri },
    ]);
    const { code, lines } = await run('--reason', 'ticket 1');
    expect([code, lines]).to.deep.equal([0, ['3 enabled, 0 were there already, 0 failed']]);
    expect(panel.events.map(({ name, accountId }) => [name, accountId])).to.have.deep.members(
      ['user0', 'user1', 'user2'].map((login) => ['imported', login]),
    );
    expect(panel.events[0]).to.include({ reason: 'ticket 1' });
    panel.now += 120_000;
    for (const [login, parameters] of [
      ['user0', undefined],
      ['user1', TOKEN_PARAMETERS],
      ['user2', { algorithm: 'sha1', digits: 7, period: 30 }],
    ] as const) {
      const shown = phoneWith(panel, keyOf(login), parameters).code();
      expect(await panel.secondFactor.verify(login, shown), login).to.include({ ok: true });
    }
  });

  it('may be repeated as it is: what is there stays, and the rest is done', async () => {
    write(LOGINS.slice(0, 3).map(plain));
    await run();
    const before = await panel.store.get('user0');
    write(LOGINS.map(plain), '\r\n');
    expect((await run()).lines).to.deep.equal(['27 enabled, 3 were there already, 0 failed']);
    expect((await run()).lines).to.deep.equal(['0 enabled, 30 were there already, 0 failed']);
    expect(await panel.store.get('user0')).to.equal(before);
    expect(panel.told()).to.deep.equal(Array<string>(30).fill('imported'));
  });

  it('names every account that failed by line, id and reason, and does the others', async () => {
    await panel.secondFactor.admin.import('user1', { secret: keyOf('user9'), by: 'test' });
    write([plain('user0'), plain('user1'), { account: 'no\nbody', secret: keyOf('user9') }, plain('user2')]);
    const { code, lines } = await run();
    expect(code).to.equal(1);
    expect(lines.slice(0, -1)).to.have.members([
      'line 2, account user1: it has two-step authentication with another authenticator already; disable that first',
      'line 3, account no\\u000abody: there is no such account',
    ]);
    expect(lines.at(-1)).to.equal('2 enabled, 0 were there already, 2 failed');
    const json = await run('--json');
    expect(json.code).to.equal(1);
    expect(json.lines).to.have.length(1);
    const told = JSON.parse(json.lines[0]!) as { failed: unknown[] };
    expect(told).to.include({ enabled: 0, alreadyThere: 2, untried: 0 });
    expect(told.failed).to.deep.include({
      ...{
        line: 2,
        account: 'user1',
        reason: 'it has two-step authentication with another authenticator already; disable that first',
      },
    });
  });

  it('changes nothing where one line is wrong, and names every such line, and no secret', async () => {
    const secret = keyOf('user0');
    write([
      plain('user0'),
      `{"account":"user1","secret":"${secret}"`,
      `["${secret}"]`,
      { secret },
      { account: 'user2' },
      { account: 'user3', secret, digitz: 8 },
      { account: 'user4', [secret]: 1 },
      { account: 'user5', secret: 'not base32!' },
      { account: 'user6', secret: Secret.fromBase32(secret).hex },
      { account: 'user0', secret },
      { account: '', secret },
      { account: 'user7', secret: secret.slice(0, 16) },
      { account: 'user8', uri: `otpauth://hotp/x?secret=${secret}&counter=1` },
      { account: 'user9', secret, digits: '8' },
      { account: 'user10', secret, by: 'me' },
      { account: ['user11'], secret },
      plain('user12'),
    ]);
    const printed: string[] = [];
    const refused = await caught(runConsole(panel, ['import', '--file', file], null, printed));
    expect(refused).to.include({ exitCode: 2 });
    expect(refused.message).to.equal('nothing was changed: 15 of 17 lines are wrong');
    const reasons = Object.fromEntries(
      printed.map((line) => [Number(/^line (\d+): /.exec(line)?.[1]), line.replace(/^line \d+: /, '')]),
    );
    for (const [line, reason] of Object.entries({
      2: 'the line is not JSON in UTF-8',
      3: 'the line must be a JSON object',
      4: 'account must be a string',
      5: 'secret or uri is missing',
      6: 'unknown property digitz; known are: account, secret',
      7: 'unknown property; known are: account, secret',
      8: 'secret must be a base32 string',
      9: 'it looks like hex: set "encoding":"hex"',
      10: 'the account is in line 1 already',
      11: 'the account id must have 1 to 255 bytes',
      12: 'has 10; --allow-short accepts it',
      13: 'counter-based codes (hotp) are not supported',
      14: 'digits must be 6, 7 or 8, got string',
      15: 'unknown property by',
      16: 'account must be a string',
    })) {
      expect(reasons[Number(line)], line).to.include(reason);
    }
    expect(printed).to.have.length(15);
    expect(printed.join('\n')).not.to.include(secret.slice(0, 6));
    expect(panel.told()).to.deep.equal([]);
    expect(await panel.store.get('user0')).to.equal(null);

    const json: string[] = [];
    await caught(runConsole(panel, ['import', '--file', file, '--json'], null, json));
    expect(json).to.have.length(1);
    const { wrong } = JSON.parse(json[0]!) as { wrong: { line: number; reason: string }[] };
    expect(wrong.map(({ line, reason }) => `line ${String(line)}: ${reason}`)).to.deep.equal(printed);
  });

  it('takes short secrets only with --allow-short, for all lines', async () => {
    const short = (login: string): object => ({ account: login, secret: keyOf(login).slice(0, 16) });
    write([short('user0'), short('user1')]);
    expect(await caught(run())).to.include({ exitCode: 2 });
    expect((await run('--allow-short')).lines).to.deep.equal(['2 enabled, 0 were there already, 0 failed']);
  });

  it('refuses a file that is not there, is empty, or is not UTF-8', async () => {
    expect((await caught(runConsole(panel, ['import', '--file', `${file}.no`]))).message).to.include(
      'ENOENT',
    );
    write(['', ' ']);
    expect((await caught(run())).message).to.equal('there is no line in the file');
    writeFileSync(
      file,
      Buffer.concat([
        Buffer.from(`{"account":"user0","secret":"${keyOf('user0')}`),
        Buffer.from([0xff]),
        Buffer.from('"}'),
      ]),
    );
    expect(await caught(run())).to.include({ exitCode: 2 });
    writeFileSync(file, `\ufeff${JSON.stringify(plain('user0'))}`);
    expect((await run()).code, 'with a byte order mark, and no end of line').to.equal(0);
  });

  it('asks eight at a time, and shows how far it is, but not for programs', async () => {
    const { get } = panel.store;
    let [under, most] = [0, 0];
    let open = (): void => undefined;
    const eight = new Promise<void>((resolve) => (open = resolve));
    panel.store.get = async (...given) => {
      most = Math.max(most, ++under);
      if (under === 8) open();
      await eight;
      under -= 1;
      return get(...given);
    };
    write(LOGINS.map(plain));
    const { progress } = await run();
    expect(most).to.equal(8);
    expect(progress[0]).to.match(/^\d+ of 30 accounts$/);
    expect(progress.at(-1)).to.equal('');
    const json = await run('--json');
    expect(json.progress.join('')).to.equal('');
    expect(json.lines).to.deep.equal(['{"enabled":0,"alreadyThere":30,"failed":[],"untried":0,"untold":0}']);
  });

  it('gives up where the store does not answer, says what was not tried, and can be repeated', async () => {
    const { get } = panel.store;
    let left = 2;
    panel.store.get = (...given) =>
      left-- > 0 ? get(...given) : Promise.reject(new Error('the connection was lost'));
    write(LOGINS.map(plain));
    const { code, lines } = await run();
    expect(code).to.equal(3);
    expect(lines.at(-1)).to.match(
      /^\d+ enabled, 0 were there already, \d+ failed, \d+ not tried, since no answer came$/,
    );
    const [enabled = 0, , failed = 0, untried = 0] = lines.at(-1)!.match(/\d+/g)!.map(Number);
    expect(enabled + failed + untried).to.equal(30);
    expect(failed).to.be.within(8, 21);
    expect(lines[0]).to.match(/^line \d+, account user\d+: /);
    panel.store.get = get;
    expect((await run()).lines).to.deep.equal([
      `${String(30 - enabled)} enabled, ${String(enabled)} were there already, 0 failed`,
    ]);
  });

  it('is no faster than the owners are told, one after the other', async () => {
    let [begun, told, most] = [0, 0, 0];
    let queue = Promise.resolve();
    await stopPanels();
    panel = await startPanel({
      users: LOGINS.map((login) => user(login)),
      options: {
        notify: async () => {
          most = Math.max(most, ++begun - told);
          queue = queue.then(async () => {
            for (let turns = 0; turns < 20; turns++) await turn();
            told += 1;
          });
          await queue;
        },
      },
    });
    write(LOGINS.map(plain));
    expect(await run()).to.deep.include({ code: 0, lines: ['30 enabled, 0 were there already, 0 failed'] });
    expect(told).to.equal(30);
    expect(most).to.be.within(1, 8);
  });

  it('enrolls those whose owner could not be told, says how many, and ends with 3', async () => {
    await stopPanels();
    panel = await startPanel({
      users: LOGINS.map((login) => user(login)),
      options: {
        notify: async ({ id }) => {
          await turn();
          if (['user3', 'user5'].includes(id)) throw new Error('no mailer');
        },
      },
    });
    write(LOGINS.map(plain));
    await warningsOf(async () => {
      expect(await run()).to.deep.include({
        code: 3,
        lines: [
          '30 enabled, 0 were there already, 0 failed; 2 calls of notify or listeners failed or did not end',
        ],
      });
    });
    const { admin } = panel.secondFactor;
    const left = { failed: 0, unfinished: 1 };
    const hanging = { ...panel.secondFactor, admin: { ...admin, settled: () => Promise.resolve(left) } };
    const ended = await runConsole({ secondFactor: hanging }, ['import', '--file', file, '--json']);
    expect(ended.code).to.equal(3);
    expect(ended.lines).to.deep.equal(['{"enabled":0,"alreadyThere":30,"failed":[],"untried":0,"untold":1}']);
  });

  it('goes on where one account alone gets no answer, and ends with 3', async () => {
    const { get } = panel.store;
    panel.store.get = (id, ...given) =>
      id === 'user4' ? Promise.reject(new Error('lost')) : get(id, ...given);
    write(LOGINS.map(plain));
    const { code, lines } = await run();
    expect([code, lines.at(-1)]).to.deep.equal([3, '29 enabled, 0 were there already, 1 failed']);
  });
});
