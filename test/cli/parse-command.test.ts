import { expect } from 'chai';
import { ConsoleError } from '../../lib/cli/exit-code.js';
import { parseCommand } from '../../lib/cli/parse-command.js';

describe('cli/parse-command', () => {
  it('reads a command, its account and its options in any order', () => {
    const command = parseCommand([
      '--config', 'a.mjs', 'disable', 'root', '--yes', '--json', '--reason', 'phone lost',
      '--import', 'tsx', '--import', './more.mjs', '--env-file', '.env',
    ]); // oxfmt-ignore
    expect(command).to.deep.equal({
      name: 'disable',
      account: 'root',
      module: '',
      config: 'a.mjs',
      envFile: '.env',
      imports: ['tsx', './more.mjs'],
      reason: 'phone lost',
      revoke: false,
      remove: false,
      allowShort: false,
      file: undefined,
      imported: {
        encoding: undefined,
        digits: undefined,
        algorithm: undefined,
        period: undefined,
        name: undefined,
      },
      yes: true,
      json: true,
    });
  });

  it('takes the account id as it is, spaces and case included', () => {
    expect(parseCommand(['status', ' Bob ']).account).to.equal(' Bob ');
    expect(parseCommand(['status', '--', '--yes']).account).to.equal('--yes');
  });

  it('takes the file of a module where a command is about one', () => {
    const command = parseCommand(['store-contract', './my-store.js', '--import', 'tsx']);
    expect(command).to.include({ name: 'store-contract', module: './my-store.js', account: '' });
  });

  it('takes how a secret is to be read with import, and a file in the place of an account', () => {
    const { account, imported } = parseCommand([
      'import',
      '17',
      '--digits',
      '8',
      '--period',
      '60',
      '--encoding',
      'hex',
    ]);
    expect(account).to.equal('17');
    expect(imported).to.include({ digits: 8, period: 60, encoding: 'hex', algorithm: undefined });
    expect(parseCommand(['import', '--file', 'a.jsonl', '--allow-short'])).to.include({
      ...{ name: 'import', account: '', file: 'a.jsonl', allowShort: true },
    });
  });

  for (const [what, args] of Object.entries({
    'no command': [],
    'an unknown command': ['frobnicate'],
    'a command of Object': ['toString'],
    'an unknown option': ['list', '--force'],
    'no account': ['disable'],
    'two accounts': ['disable', 'alice', 'bob'],
    'an empty account': ['disable', ''],
    'an account where none belongs': ['list', 'alice'],
    'no module': ['store-contract'],
    'two modules': ['store-contract', 'a.js', 'b.js'],
    'an option without its value': ['list', '--config'],
    'a file and an account': ['import', '17', '--file', 'a.jsonl'],
    'a file of another command': ['list', '--file', 'a.jsonl'],
    'digits of another command': ['status', '17', '--digits', '8'],
    'digits beside a file': ['import', '--file', 'a.jsonl', '--digits', '8'],
    'short secrets of another command': ['status', '17', '--allow-short'],
  })) {
    it(`refuses ${what} with exit code 2 and the usage`, () => {
      expect(() => parseCommand(args))
        .to.throw(ConsoleError, /Usage: second-factor <command>/)
        .with.property('exitCode', 2);
    });
  }
});
