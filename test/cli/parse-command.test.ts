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
      topic: null,
      account: 'root',
      idOnly: false,
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

  it('takes help in every way people ask for it, of one command or of all', () => {
    for (const args of [['help'], ['--help'], ['-h'], ['help', '--json']]) {
      expect(parseCommand(args), String(args)).to.include({ name: 'help', topic: null });
    }
    for (const args of [
      ['help', 'disable'],
      ['disable', '--help'],
      ['disable', 'alice', '-h'],
    ]) {
      expect(parseCommand(args), String(args)).to.include({ name: 'help', topic: 'disable' });
    }
    expect(parseCommand(['--version'])).to.include({ name: 'version' });
    expect(parseCommand(['-v'])).to.include({ name: 'version' });
  });

  for (const [args, suggestion] of [
    [['disabel', 'root'], 'there is no command disabel: did you mean "second-factor disable"?'],
    [['stat', 'root'], 'there is no command stat: did you mean "second-factor status"?'],
    [['Check'], 'there is no command Check: did you mean "second-factor check"?'],
    [['help', 'lsit'], 'there is no command lsit: did you mean "second-factor list"?'],
    [['frobnicate'], 'there is no command frobnicate: "second-factor help" lists the commands'],
    [['list', '--jsno'], 'there is no option --jsno: did you mean --json?'],
    [['list', '--force'], 'there is no option --force: "second-factor help" lists the options'],
    [['disable'], 'disable takes exactly one account: "second-factor help disable" explains it'],
    [[], 'say what to do: "second-factor help" lists the commands'],
  ] as const) {
    it(`suggests what was meant by ${args.join(' ') || 'nothing'}`, () => {
      expect(() => parseCommand(args))
        .to.throw(ConsoleError)
        .with.property('message', suggestion);
    });
  }

  it('takes what looks like an option for the value of one, and for an account behind --', () => {
    expect(parseCommand(['list', '--reason=--forced']).reason).to.equal('--forced');
    expect(parseCommand(['status', '--', '--forced']).account).to.equal('--forced');
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
    it(`refuses ${what} with exit code 2, in one line`, () => {
      expect(() => parseCommand(args))
        .to.throw(ConsoleError, /^[^\n]+$/)
        .with.property('exitCode', 2);
    });
  }
});
