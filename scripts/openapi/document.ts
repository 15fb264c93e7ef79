import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { PROBLEMS } from '../../lib/errors.js';
import type { ProblemCode } from '../../lib/errors.js';
import { REFUSALS } from './problems.js';
import type { Route } from './problems.js';
import { Schemas } from './schemas.js';
import type { Schema } from './schemas.js';

const MANIFEST = join(resolve(import.meta.dirname, '../..'), 'package.json');
const DESCRIPTION =
  'The routes of `secondFactor.router()` as JSON. Cookies carry the session of the application. Pages that send requests ' +
  'which change something must be of the same origin, or of `allowedOrigins`. docs/errors.md says what each code means.';
const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';

/** The OpenAPI 3.1 document of the JSON routes, made of the types that the routes are checked by, and the table of refusals. */
export function openApiDocument(): Schema {
  const { version } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as { version: string };
  const schemas = new Schemas();
  const paths: Record<string, Record<string, Schema>> = {};
  for (const { name, description, type } of schemas.members('ApiRoutes')) {
    const [method = '', path = ''] = name.split(' ');
    const operation = operationOf(schemas, name as Route, description, type);
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  }
  const responses = {
    CodeRequired: problemResponse(
      schemas,
      ['code-required'],
      'Your login route, after a right password: the second step is missing. Nobody is signed in.',
    ),
    EnrollmentRequired: problemResponse(
      schemas,
      ['enrollment-required'],
      'Your login route, after a right password: a second factor must be enabled first. Nobody is signed in.',
    ),
  };
  return {
    openapi: '3.1.0',
    info: {
      title: 'passport-second-factor',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/two-step', description: 'The path of the router, the option `basePath`.' }],
    security: [{ session: [] }],
    paths,
    components: {
      schemas: schemas.components,
      responses,
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'connect.sid',
          description: 'The cookie of express-session, under the name that the application gives it.',
        },
      },
    },
  };
}

function operationOf(schemas: Schemas, route: Route, summary: string, type: ts.TypeNode): Schema {
  const parts = partsOf(type);
  const codes = REFUSALS[route];
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))].sort((a, b) => a - b);
  const refused = statuses.map((status) => {
    const ofStatus = codes.filter((code) => PROBLEMS[code].status === status);
    return [
      status,
      problemResponse(schemas, ofStatus, ofStatus.map((code) => `\`${code}\``).join(', ')),
    ] as const;
  });
  return {
    operationId: operationId(route),
    summary,
    ...(parts.body && {
      requestBody: { required: true, content: { [JSON_TYPE]: { schema: schemas.of(parts.body, false) } } },
    }),
    responses: {
      200: {
        description: 'Done.',
        content: { [JSON_TYPE]: { schema: schemas.of(answerOf(parts, route), true) } },
      },
      ...Object.fromEntries(refused),
    },
  };
}

function problemResponse(schemas: Schemas, codes: readonly ProblemCode[], description: string): Schema {
  const schema = { allOf: [schemas.ref('Problem')], properties: { code: { enum: codes } } };
  const headers = codes.includes('locked') || codes.includes('code-invalid') ? { headers: RETRY_AFTER } : {};
  return { description, ...headers, content: { [PROBLEM_TYPE]: { schema } } };
}

const RETRY_AFTER = {
  'Retry-After': {
    description: 'Seconds until codes are checked again, where there is a wait.',
    schema: { type: 'integer' },
  },
};

function partsOf(type: ts.TypeNode): Partial<Record<string, ts.TypeNode>> {
  if (!ts.isTypeLiteralNode(type)) throw new Error(`no route: ${type.getText()}`);
  const members = type.members.filter(ts.isPropertySignature);
  return Object.fromEntries(members.map((member) => [member.name.getText(), member.type]));
}

function answerOf({ answer }: Partial<Record<string, ts.TypeNode>>, route: Route): ts.TypeNode {
  if (!answer) throw new Error(`${route} has no answer`);
  return answer;
}

/** `POST /setup/confirm` as `postSetupConfirm`. */
function operationId(route: Route): string {
  return route.toLowerCase().replace(/[^a-z]+([a-z]?)/g, (_parts, letter: string) => letter.toUpperCase());
}
