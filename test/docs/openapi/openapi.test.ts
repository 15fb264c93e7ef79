import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect } from 'chai';
import { REFUSALS } from '../../../scripts/openapi/problems.js';
import type { Route } from '../../../scripts/openapi/problems.js';
import { openApiDocument } from '../../../scripts/openapi/document.js';
import { stopPanels } from '../../support/panel.js';
import { EVERYBODY } from './people.js';
import { STORIES } from './stories.js';
import { partsOf, sweep } from './sweep.js';
import { startWorld } from './world.js';
import type { Seen, World } from './world.js';

interface Operation {
  readonly operationId: string;
  readonly responses: Record<string, { content: Record<string, { schema: object }> }>;
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly responses: Record<string, unknown> };
}

const FILE = resolve(import.meta.dirname, '../../../docs/openapi.json');
const DOCUMENT = JSON.parse(readFileSync(FILE, 'utf8')) as Document;
const ROUTES = Object.keys(REFUSALS) as Route[];
const PROBLEM = 'application/problem+json';

describe('docs/openapi.json', function () {
  this.timeout(600_000);
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
  formats.default(ajv);
  ajv.addVocabulary(['openapi', 'info', 'servers', 'security', 'paths', 'components']);
  ajv.addSchema(DOCUMENT, 'document');
  const checks = new Map<string, ValidateFunction>();

  let world: World;
  /** What each route has answered. */
  const seenOf = (route: string): Seen[] => {
    const [method, path] = partsOf(route);
    return world.seen.filter((seen) => seen.method === method && seen.path === path);
  };

  before(async () => {
    world = await startWorld();
    for (const tell of Object.values(STORIES)) await tell(world);
  });
  after(stopPanels);

  /** What is wrong with an answer by the document; `null`: nothing. */
  function wrong(pointer: string[], { answer, method, path }: Seen): string | null {
    const place = `document#/${pointer.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
    const check = checks.get(place) ?? ajv.compile({ $ref: encodeURI(place) });
    checks.set(place, check);
    if (check(answer.body)) return null;
    const said = ajv.errorsText(check.errors);
    return `${method} ${path} ${String(answer.status)} ${answer.text.slice(0, 300)}: ${said}`;
  }

  /** What is wrong with an answer of a route. */
  function wrongOf(route: Route, seen: Seen): string | null {
    const [method = '', path = ''] = route.split(' ');
    const { responses } = DOCUMENT.paths[path]![method.toLowerCase()]!;
    const status = String(seen.answer.status);
    const type = (seen.answer.headers['content-type'] ?? '').replace(/;.*/, '');
    if (responses[status]?.content[type] === undefined) return `${route} answered ${status} as ${type}`;
    const keys = ['paths', path, method.toLowerCase(), 'responses', status, 'content', type, 'schema'];
    return wrong(keys, seen);
  }

  it('is what the types and the table of refusals make of it: npm run docs:openapi', () => {
    expect(DOCUMENT).to.deep.equal(JSON.parse(JSON.stringify(openApiDocument())));
  });

  it('is a document of OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(DOCUMENT)) as never);
    expect(errors ?? []).to.deep.equal([]);
    expect(valid).to.equal(true);
    expect(validator.version).to.equal('3.1');
  });

  it('has every route of the router, and no other', () => {
    const router = world.panel.secondFactor.router() as unknown as {
      stack: { route?: { path: string; methods: Record<string, boolean> } }[];
    };
    const routes = router.stack.flatMap(({ route }) =>
      Object.keys(route?.methods ?? {}).map((method) => `${method.toUpperCase()} ${route!.path}`),
    );
    expect(ROUTES).to.have.members(routes);
    const documented = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented).to.have.members(routes);
  });

  it('names each operation once', () => {
    const names = Object.values(DOCUMENT.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(names).size).to.equal(names.length);
  });

  for (const route of ROUTES) {
    it(`says what ${route} answers, and nothing that it never does`, async () => {
      const failed = world.panel.errors.length;
      await sweep(world, route);
      const seen = seenOf(route);
      expect(seen.length).to.be.above(Object.keys(EVERYBODY).length);
      expect(seen.map((each) => wrongOf(route, each)).filter(Boolean)).to.deep.equal([]);
      expect(world.panel.errors.slice(failed), 'none is left to the application').to.deep.equal([]);
      const told = seen.filter(({ answer }) => answer.headers['content-type']?.startsWith(PROBLEM));
      const codes = new Set(told.map(({ answer }) => (answer.body as { code: string }).code));
      expect([...codes]).to.have.members(REFUSALS[route]);
      expect(new Set(REFUSALS[route]).size).to.equal(REFUSALS[route].length);
      expect(seen.some(({ answer }) => answer.status === 200)).to.equal(true);
    });
  }

  it('says what a login route answers after a right password', () => {
    const logins = world.seen.filter(({ path, answer }) => path === '/login' && answer.status >= 400);
    const codes = new Set<string>();
    for (const seen of logins) {
      const { code } = seen.answer.body as { code: string };
      codes.add(code);
      const name = code === 'code-required' ? 'CodeRequired' : 'EnrollmentRequired';
      const keys = ['components', 'responses', name, 'content', PROBLEM, 'schema'];
      expect(wrong(keys, seen)).to.equal(null);
    }
    expect([...codes]).to.have.members(['code-required', 'enrollment-required']);
  });

  describe('the test itself', () => {
    const altered = (
      route: Route,
      change: (body: Record<string, unknown>) => void,
      status?: number,
    ): Seen => {
      const [seen] = seenOf(route).filter(({ answer }) => answer.status === 200);
      const body = structuredClone(seen!.answer.body) as Record<string, unknown>;
      change(body);
      return { ...seen!, answer: { ...seen!.answer, body, status: status ?? 200 } };
    };

    it('finds a member that is not documented, one that is missing, and one of another type', () => {
      expect(
        wrongOf(
          'GET /',
          altered('GET /', () => undefined),
        ),
      ).to.equal(null);
      expect(
        wrongOf(
          'GET /',
          altered('GET /', (body) => (body.extra = 1)),
        ),
      ).to.match(/additional properties/);
      expect(
        wrongOf(
          'GET /',
          altered('GET /', (body) => delete body.serverTime),
        ),
      ).to.match(/required/);
      expect(
        wrongOf(
          'GET /',
          altered('GET /', (body) => (body.serverTime = 'now')),
        ),
      ).to.match(/date-time/);
    });

    it('finds a status that is not documented', () => {
      expect(
        wrongOf(
          'GET /',
          altered('GET /', () => undefined, 418),
        ),
      ).to.equal('GET / answered 418 as application/json');
    });
  });
});
