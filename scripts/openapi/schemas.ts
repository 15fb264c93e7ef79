import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { ACTIVITY_NAMES } from '../../lib/activity.js';
import { PROBLEMS } from '../../lib/errors.js';
import { TRANSPORTS } from '../../lib/webauthn.js';

const ROOT = resolve(import.meta.dirname, '../..');
const FILES = ['lib/api.ts', 'lib/api-routes.ts', 'lib/webauthn.ts', 'lib/events.ts'];
/** What clients may send more of: browsers do, and it is not read. */
const OPEN = ['AssertionJson', 'AttestationJson', 'ProofJson'];

/** What is declared by values. */
const KNOWN: Readonly<Record<string, Schema>> = {
  ActivityName: { type: 'string', enum: ACTIVITY_NAMES },
  Moment: { type: 'string', format: 'date-time' },
  ProblemCode: { type: 'string', enum: Object.keys(PROBLEMS) },
  Transport: { type: 'string', enum: TRANSPORTS },
};

/** A JSON Schema (2020-12), as OpenAPI 3.1 has them. */
export type Schema = Readonly<Record<string, unknown>>;

/** The members of an object. */
interface Shape {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
}

type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

/** The types that TypeScript checks the routes by, as JSON Schemas. It knows what these types are made of, and throws at the rest. */
export class Schemas {
  readonly #declarations = new Map<string, Declaration>();
  readonly #made = new Map<string, Schema>();

  constructor() {
    for (const file of FILES) {
      const source = ts.createSourceFile(
        file,
        readFileSync(join(ROOT, file), 'utf8'),
        ts.ScriptTarget.Latest,
        true,
      );
      for (const statement of source.statements) {
        if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
          this.#declarations.set(statement.name.text, statement);
        }
      }
    }
  }

  /** The schemas that others refer to so far, by name. */
  get components(): Record<string, Schema> {
    return Object.fromEntries([...this.#made].sort(([a], [b]) => a.localeCompare(b)));
  }

  /** The members of an interface, in order, with what is said of each. */
  members(name: string): { name: string; description: string; type: ts.TypeNode }[] {
    const declaration = this.#declaration(name);
    if (!ts.isInterfaceDeclaration(declaration)) throw new Error(`${name} is no interface`);
    return declaration.members.filter(ts.isPropertySignature).map((member) => ({
      name: nameOf(member),
      description: saidOf(member),
      type: typeOf(member),
    }));
  }

  /** The schema of a type by its name. */
  ref(name: string): Schema {
    const known = KNOWN[name];
    if (known) return known;
    if (!this.#made.has(name)) {
      const declaration = this.#declaration(name);
      this.#made.set(name, {}); // its place, should it refer to itself
      const description = saidOf(declaration);
      const isClosed = !OPEN.includes(name);
      const schema = ts.isInterfaceDeclaration(declaration)
        ? objectOf([this.#shape(declaration, isClosed)], isClosed)
        : this.of(declaration.type, isClosed);
      this.#made.set(name, { ...(description && { description }), ...schema });
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  /**
   * The schema of a type.
   *
   * @param isClosed whether an object has no other members
   */
  of(node: ts.TypeNode, isClosed: boolean): Schema {
    if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node)) return this.of(node.type, isClosed);
    if (ts.isArrayTypeNode(node)) return { type: 'array', items: this.of(node.elementType, isClosed) };
    if (ts.isLiteralTypeNode(node)) return literalOf(node.literal);
    if (ts.isUnionTypeNode(node))
      return unionOf(node.types.filter(isSaid).map((type) => this.of(type, isClosed)));
    if (ts.isTypeLiteralNode(node)) return objectOf([this.#shape(node, isClosed)], isClosed);
    if (ts.isIntersectionTypeNode(node)) return objectOf(this.#shapes(node, isClosed), isClosed);
    if (ts.isTypeReferenceNode(node)) {
      const name = node.typeName.getText();
      return name === 'Readonly' ? objectOf([{ properties: {}, required: [] }], isClosed) : this.ref(name);
    }
    const type = { boolean: 'boolean', number: 'integer', string: 'string' }[node.getText()];
    if (type === undefined) throw new Error(`no schema of ${node.getText()}`);
    return { type };
  }

  /** The alternatives of a type of objects, each with all its members. */
  #shapes(node: ts.TypeNode, isClosed: boolean): Shape[] {
    if (ts.isParenthesizedTypeNode(node)) return this.#shapes(node.type, isClosed);
    if (ts.isTypeLiteralNode(node)) return [this.#shape(node, isClosed)];
    if (ts.isUnionTypeNode(node)) return node.types.flatMap((type) => this.#shapes(type, isClosed));
    if (ts.isIntersectionTypeNode(node)) {
      return node.types
        .map((type) => this.#shapes(type, isClosed))
        .reduce((left, right) => left.flatMap((one) => right.map((other) => joined(one, other))));
    }
    if (!ts.isTypeReferenceNode(node)) throw new Error(`no objects: ${node.getText()}`);
    const declaration = this.#declaration(node.typeName.getText());
    return ts.isInterfaceDeclaration(declaration)
      ? [this.#shape(declaration, isClosed)]
      : this.#shapes(declaration.type, isClosed);
  }

  #shape(node: ts.InterfaceDeclaration | ts.TypeLiteralNode, isClosed: boolean): Shape {
    const own: Shape = { properties: {}, required: [] };
    const bases = ts.isInterfaceDeclaration(node) ? (node.heritageClauses ?? []) : [];
    const inherited = bases.flatMap(({ types }) => types.map((base) => this.#base(base, isClosed)));
    const members = node.members.filter(ts.isPropertySignature).map((member): Shape => {
      const description = saidOf(member);
      const schema = { ...(description && { description }), ...this.of(typeOf(member), isClosed) };
      const name = nameOf(member);
      return { properties: { [name]: schema }, required: member.questionToken ? [] : [name] };
    });
    return [...inherited, ...members].reduce(joined, own);
  }

  #base(base: ts.ExpressionWithTypeArguments, isClosed: boolean): Shape {
    const isPartial = base.expression.getText() === 'Partial';
    const name = (isPartial ? base.typeArguments?.[0] : base.expression)?.getText() ?? '';
    const declaration = this.#declaration(name);
    if (!ts.isInterfaceDeclaration(declaration)) throw new Error(`${name} is no interface`);
    const shape = this.#shape(declaration, isClosed);
    return isPartial ? { ...shape, required: [] } : shape;
  }

  #declaration(name: string): Declaration {
    const declaration = this.#declarations.get(name);
    if (!declaration) throw new Error(`${name} is not declared in ${FILES.join(', ')}`);
    return declaration;
  }
}

function objectOf(shapes: readonly Shape[], isClosed: boolean): Schema {
  const objects = shapes.map(({ properties, required }) => ({
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    ...(isClosed && { additionalProperties: false }),
  }));
  return unionOf(objects);
}

function joined(one: Shape, other: Shape): Shape {
  return {
    properties: { ...one.properties, ...other.properties },
    required: [...new Set([...one.required, ...other.required])],
  };
}

/** One schema of several: of strings a list, of something or nothing both. */
function unionOf(schemas: readonly Schema[]): Schema {
  const [only] = schemas;
  if (only && schemas.length === 1) return only;
  if (schemas.every((schema) => 'const' in schema && typeof schema.const === 'string')) {
    return { type: 'string', enum: schemas.map((schema) => schema.const) };
  }
  if (schemas.every((schema) => 'type' in schema && Object.keys(schema).length === 1)) {
    return { type: schemas.map(({ type }) => type) };
  }
  return { anyOf: schemas };
}

function literalOf(literal: ts.LiteralTypeNode['literal']): Schema {
  if (literal.kind === ts.SyntaxKind.NullKeyword) return { type: 'null' };
  if (literal.kind === ts.SyntaxKind.TrueKeyword) return { const: true };
  if (literal.kind === ts.SyntaxKind.FalseKeyword) return { const: false };
  if (ts.isStringLiteral(literal)) return { const: literal.text };
  throw new Error(`no schema of ${literal.getText()}`);
}

/** JSON has no `undefined`. */
function isSaid(node: ts.TypeNode): boolean {
  return node.kind !== ts.SyntaxKind.UndefinedKeyword;
}

function nameOf({ name }: ts.PropertySignature): string {
  return ts.isStringLiteral(name) ? name.text : name.getText();
}

function typeOf({ type, name }: ts.PropertySignature): ts.TypeNode {
  if (!type) throw new Error(`${name.getText()} has no type`);
  return type;
}

/** The docstring, in one line. */
function saidOf(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .map((comment) => ts.getTextOfJSDocComment(comment.comment) ?? '')
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}
