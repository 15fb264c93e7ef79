import { join, resolve } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import type { SecondFactor } from 'passport-second-factor';
import { DEFAULT_LIMITS } from '../../lib/account/limits.js';
import { programOf } from '../support/doc-program.js';
import { read, tableAfter, unquoted as quoted } from '../support/markdown.js';
import { enroll } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';

type MailOwners = (
  instance: Pick<SecondFactor, 'events'>,
  mail: (accountId: string, what: string, from: string | undefined) => Promise<void>,
) => void;

const root = resolve(import.meta.dirname, '../..');
const EVENTS = resolve(root, 'lib/events.ts');

/** The names of the OWASP logging vocabulary that the page uses. */
const VOCABULARY = [
  'authn_login_fail',
  'authn_login_lock',
  'authn_login_success',
  'authz_admin',
  'authz_fail',
  'crypt_decrypt_fail',
  'malicious_cors',
  'session_expired',
  'session_renewed',
  'user_deleted',
  'user_updated',
];

describe('docs/events.md', () => {
  const text = read('docs/events.md');
  const rows = tableAfter(text, '## The list');
  const values = tableAfter(text, '## The values');
  const types = readTypes();

  it('lists every event of the type, in its order, and no other', () => {
    expect(rows.map(([name = '']) => unquoted(name)[0])).to.deep.equal([...types.events.keys()]);
  });

  it('lists the fields of each', () => {
    for (const [name = '', fields = ''] of rows) {
      expect(unquoted(fields), name).to.have.members(types.events.get(unquoted(name)[0]!)!);
    }
  });

  it('lists the fields that every event has', () => {
    const base = tableAfter(text, '# Events').flatMap(([field = '']) => unquoted(field));
    expect(base.sort()).to.deep.equal(['name', ...types.base].sort());
  });

  it('lists the values of operations and reasons', () => {
    const expected: Record<string, string[]> = {
      operation: types.unions.get('Operation')!,
      'reason of code-refused': types.unions.get('CodeRefusal')!,
      'reason of sign-in-refused': types.unions.get('SignInRefusal')!,
      'reason of session-demoted': types.unions.get('DemotionReason')!,
      'reason of impersonation-ended': types.unions.get('ImpersonationEnd')!,
    };
    for (const [field, members] of Object.entries(expected)) {
      const row = values.find(([name = '']) => name.replaceAll('`', '') === field);
      expect(unquoted(row?.[1] ?? ''), field).to.deep.equal(members);
    }
  });

  it('uses names of the vocabulary alone', () => {
    const used = new Set(text.match(/\b[a-z]+(_[a-z]+)+\b/g));
    used.delete('source_ip');
    expect([...used].sort()).to.deep.equal(VOCABULARY);
  });

  it('maps in the example as in the list', () => {
    for (const [name = '', , , vocabulary = ''] of rows) {
      const [event = ''] = unquoted(name);
      const [first] = unquoted(vocabulary);
      const mapped = new RegExp(`^  '?${event}'?: '(\\w+)'`, 'm').exec(text)?.[1];
      expect(mapped, event).to.equal(first);
    }
  });
});

describe('docs/events.md, mails to owners', () => {
  afterEach(stopPanels);

  it('are sent for what happened, and by guessing twice at the most', async () => {
    const folder = programOf('docs/events.md');
    const { mailOwners } = (await import(join(folder.path, 'mails.ts'))) as { mailOwners: MailOwners };
    folder.remove();
    const panel = await startPanel();
    const { after, hardLimit, maxWaitSeconds } = DEFAULT_LIMITS.lockout;
    const mails: string[] = [];
    mailOwners(panel.secondFactor, (...[accountId, what]) => {
      mails.push(`${accountId}: ${what}`);
      return Promise.resolve();
    });
    await enroll(panel);
    expect(mails.splice(0)).to.deep.equal(['alice: enrolled']);
    for (let failures = 1; failures <= hardLimit; failures++) {
      await panel.secondFactor.verify('alice', '000000');
      panel.now += maxWaitSeconds * 1000;
      expect(mails).to.have.length(failures < after ? 0 : failures < hardLimit ? 1 : 2);
    }
    expect(new Set(mails)).to.deep.equal(new Set(['alice: locked']));
  });
});

/** What stands between backticks, without the mark of a field that may be absent. */
function unquoted(cell: string): string[] {
  return quoted(cell).map((code) => code.replace(/\?$/, ''));
}

interface EventTypes {
  /** The own fields of each event. */
  readonly events: ReadonlyMap<string, string[]>;
  /** The fields of every event. */
  readonly base: readonly string[];
  /** Unions of strings by name. */
  readonly unions: ReadonlyMap<string, string[]>;
}

/** Reads the types by the compiler, since they leave nothing at run time. */
function readTypes(): EventTypes {
  const program = ts.createProgram([EVENTS], { strict: true, noLib: true, module: ts.ModuleKind.NodeNext });
  const checker = program.getTypeChecker();
  const base: string[] = [];
  const events = new Map<string, string[]>();
  const unions = new Map<string, string[]>();
  for (const statement of program.getSourceFile(EVENTS)?.statements ?? []) {
    if (ts.isInterfaceDeclaration(statement)) {
      const type = checker.getTypeAtLocation(statement);
      if (statement.name.text === 'EventBase') base.push(...type.getProperties().map(({ name }) => name));
      if (statement.name.text !== 'SecondFactorEvents') continue;
      for (const event of type.getProperties()) {
        const fields = checker.getTypeOfSymbol(event).getProperties();
        events.set(
          event.name,
          fields.map(({ name }) => name).filter((name) => !base.includes(name)),
        );
      }
    }
    if (ts.isTypeAliasDeclaration(statement) && ts.isUnionTypeNode(statement.type)) {
      const members = statement.type.types.flatMap((type) =>
        ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal) ? [type.literal.text] : [],
      );
      unions.set(statement.name.text, members);
    }
  }
  return { events, base, unions };
}
