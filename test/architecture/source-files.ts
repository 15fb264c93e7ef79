import { readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import ts from 'typescript';

/** One module that a file names, whichever way. */
export interface Import {
  /** A path of the package (`lib/errors.ts`) or the name of another package (`express`, `node:http`). */
  readonly target: string;
  readonly external: boolean;
  /** Nothing of it is left in the JavaScript. */
  readonly typeOnly: boolean;
}

/** What the architecture test looks at. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly exportsAll: boolean;
  readonly anys: number;
  readonly onlyReexports: boolean;
}

/** All TypeScript files below some folders of the repository, paths relative to its root. */
export function readSourceFiles(root: string, folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        posix.join(folder, file),
      ),
    )
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => parseSourceFile(path, readFileSync(join(root, path), 'utf8')));
}

/** Reads what one file imports and exports. */
export function parseSourceFile(path: string, text: string): SourceFile {
  const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const imports: Import[] = [];
  let exportsAll = false;
  let anys = 0;

  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    imports.push({ ...resolveImport(path, specifier.text), typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly);
      exportsAll ||= node.exportClause === undefined || ts.isNamespaceExport(node.exportClause);
    }
    if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      add(node.moduleReference.expression, node.isTypeOnly);
    }
    if (ts.isCallExpression(node) && isLoadingCall(node)) add(node.arguments[0], false);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    if (node.kind === ts.SyntaxKind.AnyKeyword) anys += 1;
    ts.forEachChild(node, visit);
  };
  visit(parsed);

  const onlyReexports =
    parsed.statements.length > 0 &&
    parsed.statements.every(
      (statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined,
    );
  return { path, lines: text.trimEnd().split('\n').length, imports, exportsAll, anys, onlyReexports };
}

/** The first circle of imports, as the files on it; `null` when there is none. */
export function findCircle(files: readonly SourceFile[]): string[] | null {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();

  const follow = (path: string, trail: readonly string[]): string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return null;
    for (const { target } of byPath.get(path)?.imports ?? []) {
      const circle = follow(target, [...trail, path]);
      if (circle !== null) return circle;
    }
    done.add(path);
    return null;
  };

  for (const { path } of files) {
    const circle = follow(path, []);
    if (circle !== null) return circle;
  }
  return null;
}

function resolveImport(from: string, specifier: string): { target: string; external: boolean } {
  if (specifier.startsWith('.')) {
    const path = posix.join(posix.dirname(from), specifier);
    return { target: path.replace(/\.js$/, '.ts'), external: false };
  }
  if (builtinModules.includes(specifier)) return { target: `node:${specifier}`, external: true };
  const name = specifier.startsWith('@') ? /^[^/]+\/[^/]+/ : /^[^/]+/;
  return { target: name.exec(specifier)?.[0] ?? specifier, external: true };
}

function isLoadingCall({ expression }: ts.CallExpression): boolean {
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return true;
  return ts.isIdentifier(expression) && expression.text === 'require';
}
