import { phoneWith, signedIn } from '../support/people.js';
import { expect } from 'chai';
import { asAnswer, withFreshCodes } from './bench.js';
import type { Bench, Scene } from './bench.js';
import type { Facts } from './facts.js';
import type { Answer } from '../support/client.js';
import { Client } from '../support/client.js';

/** What is known while a flow goes on. */
export interface Run extends Scene {
  readonly bench: Bench;
  /** The code that the flow gives. */
  code: string;
  /** The phone that the flow sets up. */
  key: string;
}

/** One request of a flow. */
export interface Step {
  readonly send: (run: Run) => Promise<Answer>;
  /** The right answer: a status, and the code of a problem document. Default 200. */
  readonly right?: readonly [status: number, code?: string];
}

/** Something that somebody does on the panel. */
export interface Flow {
  readonly name: string;
  /** The account it is about; its owner has to get in afterwards. */
  readonly login: string;
  /** Brings the panel to where it starts. */
  readonly start: (bench: Bench) => Promise<Scene>;
  readonly steps: readonly Step[];
  /** Who may be seen in any of the flow's cookies, before, after and in between. */
  readonly present: readonly string[];
  /** The browser that is known stands for the code. */
  readonly withoutCode?: true;
  /** What holds when the last request was answered right. */
  readonly after: (facts: Facts) => void;
}

const login =
  (username: string): Step['send'] =>
  ({ client }) =>
    client.login(username);
const fresh = (run: Run): string => (run.code = run.phone?.nextCode() ?? run.code);
const give =
  (path: string, more: object = {}): Step['send'] =>
  (run) =>
    run.client.post(path, { code: fresh(run), ...more });
const setUp: Step = {
  async send(run) {
    const answer = await run.client.post('/two-step/setup');
    run.key = String(answer.body.key ?? '');
    return answer;
  },
};
const confirm: Step = {
  send: (run) =>
    run.client.post('/two-step/setup/confirm', {
      code: (run.code = phoneWith(run.bench.panel, run.key).code()),
    }),
};
const seen = (who: string, secret: boolean) => (facts: Facts) => {
  expect([facts.who, facts.secret], 'who is there').to.deep.equal([who, secret]);
};

const withPassword = async ({ panel }: Bench): Promise<Scene> => ({
  client: await signedIn(panel, 'alice'),
  phone: undefined,
  recoveryCodes: [],
});
const withBoth = ({ panel }: Bench): Promise<Scene> => withFreshCodes(panel, 'alice');
const pending = async ({ panel }: Bench): Promise<Scene> => {
  const scene = await withFreshCodes(panel, 'alice');
  const client = new Client(panel);
  await client.login('alice');
  return { ...scene, client };
};
const stranger = async (bench: Bench): Promise<Scene> => ({
  ...(await withBoth(bench)),
  client: new Client(bench.panel),
});

/** Everything that somebody does with two-step authentication. */
export const FLOWS: readonly Flow[] = [
  {
    name: 'sign-in without a factor',
    login: 'alice',
    start: async ({ panel }) => ({ client: new Client(panel), phone: undefined, recoveryCodes: [] }),
    steps: [{ send: login('alice') }],
    present: ['alice'],
    after: seen('alice', false),
  },
  {
    name: 'sign-in with a code',
    login: 'alice',
    start: stranger,
    steps: [{ send: login('alice'), right: [401, 'code-required'] }, { send: give('/two-step/verify') }],
    present: ['alice'],
    after: seen('alice', true),
  },
  {
    name: 'a wrong code',
    login: 'alice',
    start: pending,
    steps: [
      {
        send: (run) =>
          run.client.post('/two-step/verify', { code: wrong((run.code = run.phone!.nextCode())) }),
        right: [401, 'code-invalid'],
      },
    ],
    present: [],
    after: ({ failures, who }) => expect([failures, who]).to.deep.equal([1, 'code-required']),
  },
  {
    name: 'sign-in with a recovery code',
    login: 'alice',
    start: pending,
    steps: [
      {
        send: (run) => run.client.post('/two-step/verify', { code: (run.code = run.recoveryCodes[3]!) }),
      },
    ],
    present: ['alice'],
    after(facts) {
      seen('alice', true)(facts);
      expect(facts.recoveryCodesLeft).to.equal(9);
    },
  },
  {
    name: 'sign-in that remembers the browser',
    login: 'alice',
    start: pending,
    steps: [{ send: give('/two-step/verify', { rememberBrowser: true }) }],
    present: ['alice'],
    after(facts) {
      seen('alice', true)(facts);
      expect(facts.browsers).to.equal(1);
    },
  },
  {
    name: 'sign-in on a remembered browser',
    login: 'alice',
    async start(bench) {
      const scene = await pending(bench);
      await scene.client.post('/two-step/verify', { code: scene.phone!.nextCode(), rememberBrowser: true });
      scene.client.cookies.delete('panel.sid');
      return scene;
    },
    steps: [{ send: login('alice') }],
    present: ['alice'],
    withoutCode: true,
    after: seen('alice', true),
  },
  {
    name: 'enrollment',
    login: 'alice',
    start: withPassword,
    steps: [setUp, confirm],
    present: ['alice'],
    after(facts) {
      seen('alice', true)(facts);
      expect([facts.enrolled, facts.recoveryCodesLeft]).to.deep.equal([true, 10]);
    },
  },
  {
    name: 'a new authenticator in the place of the old one',
    login: 'alice',
    start: withBoth,
    steps: [setUp, confirm],
    present: ['alice'],
    after: seen('alice', true),
  },
  {
    name: 'disabling',
    login: 'alice',
    start: withBoth,
    steps: [{ send: give('/two-step/disable') }],
    present: ['alice'],
    after(facts) {
      seen('alice', false)(facts);
      expect(facts.enrolled).to.equal(false);
    },
  },
  {
    name: 'step-up',
    login: 'alice',
    start: withBoth,
    steps: [{ send: give('/two-step/step-up') }],
    present: ['alice'],
    after: seen('alice', true),
  },
  {
    name: 'new recovery codes',
    login: 'alice',
    start: withBoth,
    steps: [{ send: give('/two-step/recovery-codes') }],
    present: ['alice'],
    after(facts) {
      seen('alice', true)(facts);
      expect(facts.recoveryCodesLeft).to.equal(10);
    },
  },
  {
    name: 'revoking all browsers',
    login: 'alice',
    async start(bench) {
      const scene = await pending(bench);
      await scene.client.post('/two-step/verify', { code: scene.phone!.nextCode(), rememberBrowser: true });
      return scene;
    },
    steps: [{ send: ({ client }) => client.post('/two-step/browsers/revoke', { all: true }) }],
    present: ['alice'],
    after: ({ browsers }) => expect(browsers).to.equal(0),
  },
  {
    name: 'hop',
    login: 'admin',
    start: ({ panel }) => withFreshCodes(panel, 'admin'),
    steps: [{ send: ({ client }) => client.actAs('bob') }],
    present: ['admin', 'admin > bob'],
    after: seen('admin > bob', true),
  },
  {
    name: 'leave',
    login: 'admin',
    async start({ panel }) {
      const scene = await withFreshCodes(panel, 'admin');
      await scene.client.actAs('bob');
      return scene;
    },
    steps: [{ send: ({ client }) => client.leave() }],
    present: ['admin', 'admin > bob'],
    after: seen('admin', true),
  },
  {
    name: 'sign-in of root, who is taken to admin',
    login: 'root',
    start: async ({ panel }) => ({ client: new Client(panel), phone: undefined, recoveryCodes: [] }),
    steps: [{ send: login('root') }],
    present: ['root', 'root > admin'],
    // When the store cannot tell whether the admin has a second factor, root stays root.
    after: ({ who }) => expect(who).to.be.oneOf(['root', 'root > admin']),
  },
  {
    name: 'logout',
    login: 'alice',
    start: withBoth,
    steps: [{ send: ({ client }) => client.post('/logout') }],
    present: ['alice'],
    after: ({ present }) => expect(present).to.deep.equal([]),
  },
  {
    name: 'giving a sign-in up',
    login: 'alice',
    start: pending,
    steps: [{ send: ({ client }) => client.post('/two-step/cancel') }],
    present: [],
    after: ({ parked }) => expect(parked).to.equal(false),
  },
  {
    name: 'a guarded request',
    login: 'alice',
    start: withBoth,
    steps: [{ send: ({ client }) => client.get('/api/secret') }],
    present: ['alice'],
    after: seen('alice', true),
  },
  {
    name: 'disabling from the console',
    login: 'alice',
    start: withBoth,
    steps: [
      { send: ({ bench }) => asAnswer(bench.panel.secondFactor.admin.disable('alice', { by: 'test' })) },
    ],
    present: ['alice'],
    after: ({ enrolled: isEnrolled }) => expect(isEnrolled).to.equal(false),
  },
];

function wrong(code: string): string {
  return String((Number(code) + 500_000) % 1_000_000).padStart(6, '0');
}
