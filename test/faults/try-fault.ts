import { phoneWith, signedIn } from '../support/people.js';
import { expect } from 'chai';
import { until } from '../support/eventually.js';
import type { Bench, Scene } from './bench.js';
import { factsOf, seenWith } from './facts.js';
import type { Facts } from './facts.js';
import { HARMLESS } from './fault.js';
import type { Fault } from './fault.js';
import type { Flow, Run } from './flows.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';

/** For how many time steps a recovery code voids the codes of the phone, and the next one. */
const STEPS_WAITED_MAXIMUM = 3;

/** A flow at its beginning, and what it does when nothing fails. */
export interface ReadyFlow {
  readonly flow: Flow;
  /** The commands that the panel sends. */
  readonly commands: readonly string[];
  readonly before: Facts;
  readonly after: Facts;
  /** Makes something fail at one command, and checks everything that must hold. */
  tryFault(fault: Fault, place: number): Promise<void>;
}

/** Brings a flow to its beginning, and lets it run once without a fault. */
export async function readyFlow(bench: Bench, flow: Flow): Promise<ReadyFlow> {
  const { panel, proxy } = bench;
  proxy.arm();
  proxy.heal();
  await bench.clear();
  const witness = await signedIn(panel, 'bob');
  const scene = await flow.start(bench);
  const goBack = await bench.remember(scene.client);
  const before = await factsOf(bench, flow.login, [scene.client]);

  proxy.arm();
  const plain = await act(bench, flow, scene);
  const commands = [...proxy.commands];
  expect(plain.right, `${flow.name}: ${describeAnswers(plain.answers)}`).to.equal(true);
  expect(commands).not.to.be.empty;
  const after = await factsOf(bench, flow.login, plain.trail);
  flow.after(after);

  return {
    flow,
    commands,
    before,
    after,
    async tryFault(fault, place) {
      await goBack();
      proxy.arm(fault, place);
      const acted = await act(bench, flow, scene);
      const meanwhile = await seenWith(acted.trail);
      proxy.heal();
      await recovered(witness);
      proxy.arm();
      try {
        checkAnswers(acted, fault);
        await checkFacts(bench, flow, acted, [before, after], meanwhile);
      } catch (error) {
        const where = `${flow.name}, ${fault} at command ${place} (${commands[place - 1] ?? '?'})`;
        const told = `${where}\n  answers: ${describeAnswers(acted.answers)}`;
        throw new Error(`${told}\n  ${(error as Error).message}`, { cause: error });
      }
    },
  };
}

interface Acted {
  readonly run: Run;
  /** Whether every answer was the right one. */
  readonly right: boolean;
  readonly answers: readonly { readonly answer: Answer; readonly right: boolean }[];
  /** The cookies at the beginning and after each answer. */
  readonly trail: readonly Client[];
}

/** Goes through a flow as a person does, who stops at the first answer that is not the right one. */
async function act(bench: Bench, flow: Flow, scene: Scene): Promise<Acted> {
  const client = scene.client.copy();
  const run: Run = { ...scene, client, bench, code: '', key: '' };
  const answers = [];
  const trail = [client.copy()];
  let right = true;
  for (const step of flow.steps) {
    const answer = await step.send(run);
    const [status, code] = step.right ?? [200];
    right = answer.status === status && (code === undefined || answer.body.code === code);
    answers.push({ answer, right });
    trail.push(client.copy());
    if (!right) break;
  }
  return { run, right, answers, trail };
}

function recovered(witness: Client): Promise<void> {
  return until('the panel to work again', async () => (await witness.get('/api/me')).status === 200);
}

function checkAnswers({ answers }: Acted, fault: Fault): void {
  for (const { answer, right } of answers) {
    if (!right) expect([answer.status, answer.body.code]).to.deep.equal([503, answer.body.code]);
    if (HARMLESS.includes(fault)) expect(right, 'nothing was lost').to.equal(true);
  }
}

async function checkFacts(
  bench: Bench,
  flow: Flow,
  { run, right, trail }: Acted,
  [before, after]: readonly [Facts, Facts],
  meanwhile: Pick<Facts, 'present' | 'open'>,
): Promise<void> {
  const facts = await factsOf(bench, flow.login, trail);
  if (right) flow.after(facts);

  expect([...facts.present, ...meanwhile.present], 'who is there').to.satisfy((present: string[]) =>
    present.every((who) => flow.present.includes(who)),
  );
  expect(recordOf(facts), 'the record is as before or as after').to.be.deep.oneOf([
    recordOf(before),
    recordOf(after),
  ]);
  const { spent } = await ownerGetsIn(bench, flow, run);
  const rose = (facts.open || meanwhile.open) && !before.open;
  if (rose && !flow.withoutCode) expect(spent, 'the code is spent').to.equal(true);
}

function recordOf({ enrolled, failures, recoveryCodesLeft, browsers }: Facts): unknown {
  return { enrolled, failures, recoveryCodesLeft, browsers };
}

/** Signs the owner in once more, from the beginning; tells whether the code of the flow was spent. */
async function ownerGetsIn({ panel }: Bench, flow: Flow, run: Run): Promise<{ spent: boolean }> {
  const client = new Client(panel);
  const first = await client.login(flow.login);
  if (first.status === 200) {
    expect((await client.get('/api/me')).status, 'the owner is in').to.equal(200);
    return { spent: true };
  }
  expect(first.body.code, 'the owner is asked for a code').to.equal('code-required');
  let spent = run.code === '';
  if (run.code !== '') {
    const again = await client.post('/two-step/verify', { code: run.code });
    spent = again.status !== 200;
    if (spent) expect(again.body.code).to.be.oneOf(['code-already-used', 'code-invalid']);
  }
  const phones = [run.phone, run.key === '' ? undefined : phoneWith(panel, run.key)];
  for (
    let steps = 0;
    steps < STEPS_WAITED_MAXIMUM && (await client.get('/api/secret')).status !== 200;
    steps++
  ) {
    panel.advance(30);
    for (const phone of phones) if (phone) await client.post('/two-step/verify', { code: phone.code() });
  }
  expect((await client.get('/api/secret')).status, 'the owner is in').to.equal(200);
  return { spent };
}

function describeAnswers(answers: Acted['answers']): string {
  return answers
    .map(({ answer }) => `${answer.status} ${answer.body.code ?? answer.body.type ?? ''}`)
    .join(', ');
}
