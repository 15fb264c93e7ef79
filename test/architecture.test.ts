import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { findCircle, parseSourceFile, readSourceFiles } from './architecture/source-files.js';
import type { Import, SourceFile } from './architecture/source-files.js';

/** What anybody above may import. */
const BOTTOM = [
  'debug',
  'errors',
  'known-only',
  'events',
  'options',
  'notice',
  'page',
  'api',
  'answer',
  'account',
  'passport-version',
  'webauthn',
  'activity',
  'soon',
  'texts',
  'page-texts',
  'notice-words',
  'check-texts',
];

/** The ground of everything that has to do with a session, or with an account without one. */
const GROUND = [...BOTTOM, 'vault', 'check-options', 'session'];

/** What ends in a session, or changes an account. */
const FLOWS = ['impersonation', 'sign-in', 'settings', 'operator'];

/**
 * The house: each room, where it is, and the rooms it may import beside itself. The longest path decides to which room a
 * file belongs. Arrows fall one way, from the lower lines to the upper ones.
 */
const AREAS: Record<string, { readonly path: string; readonly mayImport: readonly string[] }> = {
  debug: { path: 'lib/debug.ts', mayImport: [] },
  soon: { path: 'lib/soon.ts', mayImport: [] },
  errors: { path: 'lib/errors.ts', mayImport: [] },
  'known-only': { path: 'lib/known-only.ts', mayImport: ['errors'] },
  events: { path: 'lib/events.ts', mayImport: ['errors', 'account'] },
  webauthn: { path: 'lib/webauthn.ts', mayImport: [] },
  activity: { path: 'lib/activity.ts', mayImport: [] },
  'page-parts': { path: 'lib/page-parts.ts', mayImport: ['errors', 'events', 'webauthn'] },
  page: { path: 'lib/page.ts', mayImport: ['page-parts', 'webauthn', 'activity'] },
  api: { path: 'lib/api.ts', mayImport: ['errors', 'events', 'webauthn', 'activity'] },
  'api-routes': { path: 'lib/api-routes.ts', mayImport: ['api'] },
  notice: { path: 'lib/notice.ts', mayImport: [] },
  'page-texts': { path: 'lib/pages/texts.ts', mayImport: ['errors', 'events', 'page', 'activity'] },
  'notice-words': { path: 'lib/notices/notice-words.ts', mayImport: ['notice'] },
  texts: { path: 'lib/texts.ts', mayImport: ['page-texts', 'notice-words'] },
  'check-texts': { path: 'lib/check-texts.ts', mayImport: ['errors'] },
  account: { path: 'lib/account/', mayImport: ['errors', 'known-only', 'webauthn', 'activity'] },
  store: { path: 'lib/vault/store.ts', mayImport: [] },
  contract: { path: 'lib/testing/store-contract.ts', mayImport: ['store', 'errors', 'known-only'] },
  options: {
    path: 'lib/options.ts',
    mayImport: ['account', 'store', 'events', 'errors', 'notice', 'page', 'texts', 'webauthn'],
  },
  'passport-version': { path: 'lib/passport-version.ts', mayImport: [] },
  'option-checks': { path: 'lib/option-checks.ts', mayImport: ['errors', 'answer'] },
  'check-options': {
    path: 'lib/check-options.ts',
    mayImport: [
      'account',
      'errors',
      'known-only',
      'options',
      'option-checks',
      'passport-version',
      'store',
      'webauthn',
    ],
  },
  answer: { path: 'lib/answer/', mayImport: ['api', 'errors', 'known-only', 'options'] },
  vault: { path: 'lib/vault/', mayImport: [...BOTTOM, 'store'] },
  session: { path: 'lib/session/', mayImport: [...BOTTOM, 'vault', 'check-options'] },
  impersonation: { path: 'lib/impersonation/', mayImport: GROUND },
  'sign-in': { path: 'lib/sign-in/', mayImport: [...GROUND, 'impersonation'] },
  settings: { path: 'lib/settings/', mayImport: [...GROUND, 'sign-in'] },
  operator: { path: 'lib/operator/', mayImport: GROUND },
  request: { path: 'lib/request/', mayImport: [...GROUND, 'impersonation', 'sign-in'] },
  pages: { path: 'lib/pages/', mayImport: [...GROUND, 'impersonation', 'sign-in', 'settings', 'request'] },
  notices: { path: 'lib/notices/', mayImport: GROUND },
  cli: { path: 'lib/cli/', mayImport: [...GROUND, 'store', 'contract', 'operator'] },
  strategies: { path: 'strategies/', mayImport: [...GROUND, 'sign-in', 'request'] },
  adapters: { path: 'adapters/', mayImport: ['store', 'errors', 'known-only', 'webauthn'] },
  nestjs: { path: 'adapters/nestjs/', mayImport: [...BOTTOM, 'session'] },
  testing: {
    path: 'lib/testing/',
    mayImport: ['errors', 'account', 'known-only', 'options', 'adapters', 'root'],
  },
  client: { path: 'client/', mayImport: ['api', 'api-routes', 'errors', 'events', 'webauthn'] },
  root: {
    path: 'lib/',
    mayImport: [...GROUND, ...FLOWS, 'store', 'request', 'notices', 'pages', 'cli', 'strategies'],
  },
};

/** Areas that see nothing of the others but their types. */
const TYPES_ONLY = [
  'api',
  'api-routes',
  'events',
  'options',
  'notice',
  'page',
  'page-texts',
  'notice-words',
  'texts',
];

/** Files that only re-export: what a name of the exports map leads to. */
const ENTRY_POINTS = ['client/index.ts', 'lib/index.ts', 'lib/testing/index.ts', 'adapters/nestjs/index.ts'];

/** Peers that files load at run time, by what their paths begin with; everywhere else they are types. */
const RUNTIME_PEERS: Record<string, readonly string[]> = {
  'lib/pages/': ['express'],
  'adapters/sql': ['kysely'],
  'adapters/nestjs/': ['@nestjs/common'],
  'adapters/webauthn': ['@simplewebauthn/server', '@simplewebauthn/server/helpers'],
};

const FOLDERS = ['client', 'lib', 'strategies', 'adapters'];
const MEDIAN_LINES = { least: 20, most: 130 };
const MAXIMUM_LINES = 400;
const MAXIMUM_ANYS = 1;

const root = resolve(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const files = readSourceFiles(root, FOLDERS);

describe('the house', () => {
  it('lets imports fall one way', () => {
    expect(files.flatMap(wrongImports)).to.deep.equal([]);
  });

  it('has no circles between files, types included', () => {
    expect(findCircle(files)).to.equal(null);
  });

  it('loads only its own dependencies, and peers only where they are at home', () => {
    expect(files.flatMap(wrongPackages)).to.deep.equal([]);
  });

  it('has files that read in one go', () => {
    const lengths = files.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).to.be.within(MEDIAN_LINES.least, MEDIAN_LINES.most);
    expect(files.filter(({ lines }) => lines > MAXIMUM_LINES).map(({ path }) => path)).to.deep.equal([]);
  });

  it('exports by name', () => {
    expect(files.filter(({ exportsAll }) => exportsAll).map(({ path }) => path)).to.deep.equal([]);
  });

  it('re-exports nowhere but at the entry points', () => {
    const reexporting = files.filter(({ onlyReexports }) => onlyReexports).map(({ path }) => path);
    expect(reexporting.filter((path) => !ENTRY_POINTS.includes(path))).to.deep.equal([]);
  });

  it('says `any` at most once', () => {
    const places = files.filter(({ anys }) => anys > 0).map(({ path, anys }) => `${path}: ${anys}`);
    const total = files.reduce((sum, { anys }) => sum + anys, 0);
    expect(total, places.join(', ')).to.be.at.most(MAXIMUM_ANYS);
  });

  describe('the test itself', () => {
    it('reads every way to name a module', () => {
      const { imports } = parseSourceFile(
        'lib/session/a.ts',
        `import type { A } from './b.js';
         import { C } from '../errors.js';
         import { type D } from '../answer/problem.js';
         import 'express';
         import fs from 'fs';
         export { E } from '../vault/vault.js';
         export type { F } from '@scope/package/inner';
         const g = await import('../pages/router.js');
         type H = import('../options.js').H;`,
      );
      expect(imports).to.deep.equal([
        { target: 'lib/session/b.ts', external: false, typeOnly: true },
        { target: 'lib/errors.ts', external: false, typeOnly: false },
        { target: 'lib/answer/problem.ts', external: false, typeOnly: false },
        { target: 'express', external: true, typeOnly: false },
        { target: 'node:fs', external: true, typeOnly: false },
        { target: 'lib/vault/vault.ts', external: false, typeOnly: false },
        { target: '@scope/package', external: true, typeOnly: true },
        { target: 'lib/pages/router.ts', external: false, typeOnly: false },
        { target: 'lib/options.ts', external: false, typeOnly: true },
      ] satisfies Import[]);
    });

    it('finds an arrow that rises', () => {
      expect(wrongImports(parseSourceFile('lib/account/a.ts', `import '../vault/vault.js';`))).to.have.length(
        1,
      );
      expect(wrongImports(parseSourceFile('lib/vault/a.ts', `import('../session/a.js');`))).to.have.length(1);
      expect(
        wrongImports(parseSourceFile('adapters/a.ts', `import '../lib/vault/vault.js';`)),
      ).to.have.length(1);
      expect(wrongImports(parseSourceFile('lib/pages/a.ts', `import '../second-factor.js';`))).to.have.length(
        1,
      );
      expect(wrongImports(parseSourceFile('lib/a.ts', `import '../test/a.js';`))).to.have.length(1);
      expect(wrongImports(parseSourceFile('lib/options.ts', `import './errors.js';`))).to.have.length(1);
    });

    it('lets arrows fall', () => {
      expect(wrongImports(parseSourceFile('lib/second-factor.ts', `import './pages/a.js';`))).to.deep.equal(
        [],
      );
      expect(wrongImports(parseSourceFile('lib/account/a.ts', `import './b.js';`))).to.deep.equal([]);
      expect(wrongImports(parseSourceFile('adapters/a.ts', `import '../lib/vault/store.js';`))).to.deep.equal(
        [],
      );
    });

    it('finds packages that are not there at run time', () => {
      expect(wrongPackages(parseSourceFile('lib/session/a.ts', `import 'express';`))).to.have.length(1);
      expect(wrongPackages(parseSourceFile('lib/pages/a.ts', `import 'passport';`))).to.have.length(1);
      expect(wrongPackages(parseSourceFile('lib/a.ts', `import 'chai';`))).to.have.length(1);
      expect(wrongPackages(parseSourceFile('adapters/redis.ts', `import 'kysely';`))).to.have.length(1);
      expect(wrongPackages(parseSourceFile('lib/pages/a.ts', `import 'express';`))).to.deep.equal([]);
      expect(wrongPackages(parseSourceFile('adapters/sql-a.ts', `import 'kysely';`))).to.deep.equal([]);
      expect(wrongPackages(parseSourceFile('lib/a.ts', `import type { A } from 'passport';`))).to.deep.equal(
        [],
      );
      expect(wrongPackages(parseSourceFile('lib/a.ts', `import 'node:http';`))).to.deep.equal([]);
    });

    it('finds a circle, also one of types', () => {
      const circle = [
        parseSourceFile('lib/a.ts', `import './b.js';`),
        parseSourceFile('lib/b.ts', `import './c.js';`),
        parseSourceFile('lib/c.ts', `import type { B } from './b.js';`),
      ];
      expect(findCircle(circle)).to.deep.equal(['lib/b.ts', 'lib/c.ts', 'lib/b.ts']);
      expect(findCircle(circle.slice(0, 2))).to.equal(null);
    });

    it('finds `any`, `export *` and files that only re-export', () => {
      expect(parseSourceFile('lib/a.ts', 'const any = {} as any; // any').anys).to.equal(1);
      expect(parseSourceFile('lib/a.ts', `export * from './b.js';`).exportsAll).to.equal(true);
      expect(parseSourceFile('lib/a.ts', `export * as b from './b.js';`).exportsAll).to.equal(true);
      expect(parseSourceFile('lib/a.ts', `export { b } from './b.js';`)).to.include({
        exportsAll: false,
        onlyReexports: true,
      });
    });
  });
});

/** The area with the longest path that a file lies under; `null` outside of the house. */
function areaOf(path: string): string | null {
  const containing = Object.entries(AREAS).filter(([, area]) =>
    area.path.endsWith('/') ? path.startsWith(area.path) : path === area.path,
  );
  const [nearest] = containing.sort(([, a], [, b]) => b.path.length - a.path.length);
  return nearest?.[0] ?? null;
}

function wrongImports(file: SourceFile): string[] {
  const from = areaOf(file.path) ?? '';
  const mayImport = [from, ...(AREAS[from]?.mayImport ?? [])];
  return file.imports
    .filter(({ external }) => !external)
    .filter(({ target, typeOnly }) => {
      const to = areaOf(target);
      const sight = typeOnly || to === from || !TYPES_ONLY.includes(from);
      return to === null || !mayImport.includes(to) || !sight;
    })
    .map(({ target, typeOnly }) => `${file.path} imports ${typeOnly ? 'types of ' : ''}${target}`);
}

function wrongPackages(file: SourceFile): string[] {
  const homes = Object.entries(RUNTIME_PEERS).filter(([path]) => file.path.startsWith(path));
  const peers = homes.flatMap(([, names]) => names);
  return file.imports
    .filter(({ external, typeOnly }) => external && !typeOnly)
    .filter(({ target }) => !target.startsWith('node:') && !(target in manifest.dependencies))
    .filter(({ target }) => !peers.includes(target))
    .map(({ target }) => `${file.path} loads ${target}`);
}
