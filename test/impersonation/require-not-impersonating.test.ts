import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { requireNotImpersonating } from '../../lib/index.js';
import type { Refusal, StateName } from '../../lib/index.js';
import { inTwoParts } from '../support/in-two-parts.js';
import { startPanel, stopPanels } from '../support/panel.js';
import { enrolled, loggedIn } from '../support/people.js';

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
  afterEach(stopPanels);

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

  it('lets a body pass that comes late, of nobody, and of somebody who is still there', async () => {
    const panel = await startPanel({
      routes: ({ app }) =>
        app.post('/late', express.json(), requireNotImpersonating(), (_req, res) => void res.json({})),
    });
    const client = await loggedIn(panel);
    const url = `http://127.0.0.1:${String(panel.port)}/late`;
    for (const cookie of [client.cookie, ''])
      expect(await inTwoParts(url, cookie, { a: 'body' }, () => client.get('/me'))).to.equal(200);
  });

  it('leaves an outage during that check to the application', async () => {
    const panel = await startPanel({
      routes: ({ app }) =>
        app.post('/late', express.json(), requireNotImpersonating(), (_req, res) => void res.json({})),
    });
    const { client } = await enrolled(panel);
    const url = `http://127.0.0.1:${String(panel.port)}/late`;
    const late = inTwoParts(url, client.cookie, { a: 'body' }, () => {
      panel.store.get = () => Promise.reject(new Error('down'));
    });
    expect(await late).to.equal(503);
  });

  it('passes on a coded error where session() was not mounted', () => {
    const { passed, refused } = guarded(undefined);
    expect(refused).to.deep.equal([]);
    expect(passed).to.have.length(1);
    expect(passed[0]?.[0]).to.include({ code: 'session-not-mounted' });
  });
});
