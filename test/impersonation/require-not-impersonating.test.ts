import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect } from 'chai';
import { requireNotImpersonating } from '../../lib/index.js';
import type { Refusal, StateName } from '../../lib/index.js';

/** What the guard does with a request in a state: what it handed to `next`, and what it refused. */
function guarded(state: StateName | undefined): { passed: unknown[][]; refused: Refusal[] } {
  const req = new IncomingMessage(new Socket());
  const passed: unknown[][] = [];
  const refused: Refusal[] = [];
  const refuse = (refusal: Refusal): void => void refused.push(refusal);
  if (state) Object.assign(req, { secondFactor: { state, path: '/two-step', refuse } });
  requireNotImpersonating()(req, new ServerResponse(req), (...given: unknown[]) => void passed.push(given));
  return { passed, refused };
}

describe('impersonation/require-not-impersonating', () => {
  for (const state of [
    'anonymous',
    'pending',
    'must-enroll',
    'signed-in',
    'remembered',
    'verified',
  ] as const) {
    it(`lets ${state} pass`, () => {
      expect(guarded(state)).to.deep.equal({ passed: [[]], refused: [] });
    });
  }

  it('refuses who acts as somebody else', () => {
    const refusal = {
      ok: false,
      kind: 'guard',
      code: 'impersonation-refused',
      status: 403,
      location: '/two-step',
    };
    expect(guarded('impersonating')).to.deep.equal({ passed: [], refused: [refusal] });
  });

  it('passes on a coded error where session() was not mounted', () => {
    const { passed, refused } = guarded(undefined);
    expect(refused).to.deep.equal([]);
    expect(passed).to.have.length(1);
    expect(passed[0]?.[0]).to.include({ code: 'session-not-mounted' });
  });
});
