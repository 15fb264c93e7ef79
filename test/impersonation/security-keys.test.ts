import { expect } from 'chai';
import type { RuleDecision } from '../../lib/impersonation/rules.js';
import { matrix } from '../../scripts/impersonation-matrix.js';
import { Client } from '../support/client.js';
import { KEYS, addKey, askedBy } from '../support/key-panel.js';
import { startLevelPanel, whoIs } from '../support/level-panel.js';
import type { LevelPanel } from '../support/level-panel.js';

const LEVELS = ['root', 'admin', 'user'];
/** The cells of the matrix for who acts as nobody yet, where `canActAs` says yes. */
const CELLS = matrix().filter(({ depth, canActAs }) => depth === 0 && canActAs);

/** What the panel answers: an old proof is asked for anew. */
function saidOf(decision: RuleDecision): string {
  if (decision.ok) return 'entered';
  return decision.reason === 'proof-too-old' ? 'step-up-required' : decision.reason;
}

describe('impersonation, where the only second factor is a security key', () => {
  let panel: LevelPanel;
  afterEach(() => panel.close());

  async function signedIn(login: string): Promise<Client> {
    const client = new Client(panel);
    await client.login(login);
    return client;
  }

  for (const actorFactor of [false, true])
    for (const targetFactor of [false, true])
      for (const proof of ['fresh proof', 'proof too old'] as const) {
        const who = `${actorFactor ? 'an actor with a key' : 'an actor without one'}, ${proof}`;
        it(`answers every cell of the matrix: ${who}, ${targetFactor ? 'a target with a key' : 'a target without one'}`, async () => {
          panel = await startLevelPanel({ levels: LEVELS }, {}, { webauthn: KEYS });
          for (const [actor, actorId] of Object.entries({ root: 'root', admin: 'admin', user: 'alice' }))
            for (const [target, targetId] of Object.entries({ root: 'root', admin: 'admin2', user: 'bob' })) {
              for (const id of [actorId, targetId])
                await panel.secondFactor.admin.disable(id, { by: 'test' });
              const client = await signedIn(actorId);
              if (actorFactor) await addKey(client);
              if (targetFactor && targetId !== actorId) await addKey(await signedIn(targetId));
              if (proof === 'proof too old') panel.now += 901_000;
              const { status, body } = await client.actAs(targetId);
              const reason = status === 200 ? 'entered' : (body.reason ?? body.code);
              const cell = CELLS.find(
                (each) =>
                  each.actor === actor &&
                  each.target === target &&
                  each.actorFactor === actorFactor &&
                  each.targetFactor === targetFactor &&
                  each.proof === proof,
              );
              expect(reason, `${actor} as ${target}`).to.equal(saidOf(cell!.enter));
            }
        });
      }

  it('takes root with a key to nobody at sign-in (M11)', async () => {
    panel = await startLevelPanel({ levels: LEVELS, autoSwitch: { root: 'admin' } }, {}, { webauthn: KEYS });
    const first = await signedIn('root');
    expect(await whoIs(first)).to.deep.equal(['root', 'admin']);
    await first.post('/two-step/impersonation/leave');
    const key = await addKey(first);
    const again = new Client(panel);
    const asked = askedBy(await again.login('root'));
    await again.post('/two-step/verify', { credential: key.get(asked) });
    expect(await whoIs(again)).to.deep.equal(['root']);
  });

  it('lets nobody act as an admin with a key, and ends acting when one is added (M12, K7)', async () => {
    panel = await startLevelPanel({ levels: LEVELS }, {}, { webauthn: KEYS });
    const root = await signedIn('root');
    expect((await root.actAs('admin')).status).to.equal(200);
    await addKey(await signedIn('admin'));
    expect(await whoIs(root)).to.deep.equal(['root']);
    const refused = await root.actAs('admin');
    expect(refused.body).to.include({ reason: 'target-has-second-factor' });
  });

  it('lets root with a key act downward after a fresh answer, and not after an old one (M14)', async () => {
    panel = await startLevelPanel({ levels: LEVELS }, {}, { webauthn: KEYS });
    const root = await signedIn('root');
    await addKey(root);
    expect((await root.actAs('alice')).status).to.equal(200);
    await root.post('/two-step/impersonation/leave');
    panel.now += 901_000;
    expect((await root.actAs('alice')).body).to.include({ code: 'step-up-required' });
  });

  it('changes no key of an account that is acted as, and shows none (M9, K11)', async () => {
    panel = await startLevelPanel({ levels: LEVELS }, {}, { webauthn: KEYS });
    const root = await signedIn('root');
    await root.actAs('alice');
    expect((await root.get('/two-step/security-keys')).body.code).to.equal('impersonation-refused');
    for (const route of ['', '/remove', '/rename']) {
      const { body } = await root.post(`/two-step/security-keys${route}`, {
        id: 'x',
        name: 'x',
        credential: {},
      });
      expect(body.code).to.equal('impersonation-refused');
    }
    expect((await panel.secondFactor.status('alice')).enrolled).to.equal(false);
  });
});
