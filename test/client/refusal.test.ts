import { expect } from 'chai';
import { SecondFactorClientError, createSecondFactorClient, refusalOf } from 'passport-second-factor/client';
import { requireSecondFactor } from 'passport-second-factor';
import { browserFetch } from '../support/browser-fetch.js';
import { startPanel, stopPanels } from '../support/panel.js';
import { enrolled } from '../support/people.js';

describe('client/refusal', () => {
  afterEach(stopPanels);

  it('reads what a guard of the application says, and lets the request be repeated after a fresh proof', async () => {
    const panel = await startPanel({
      routes: ({ app }) => {
        app.get('/danger', requireSecondFactor({ maxAge: 300 }), (_req, res) => res.json({ done: true }));
      },
    });
    const { client, phone } = await enrolled(panel);
    const fetch = browserFetch(client);
    panel.now += 301_000;
    const refused = await fetch('/danger');
    const refusal = await refusalOf(refused);
    expect(refusal).to.be.instanceOf(SecondFactorClientError);
    expect(refusal).to.include({
      ...{ code: 'step-up-required', status: 401, maxAge: 300, location: '/two-step/step-up' },
    });
    expect(await refused.json()).to.include({ code: 'step-up-required' });
    await createSecondFactorClient({ fetch }).stepUp(phone.nextCode());
    const repeated = await fetch('/danger');
    expect(await refusalOf(repeated)).to.equal(null);
    expect(await repeated.json()).to.deep.equal({ done: true });
  });

  it('leaves a stream to its reader alone, so that leaving it ends it', async () => {
    for (const type of ['text/event-stream', 'application/json']) {
      let isLeft = false;
      const stream = new ReadableStream({ cancel: () => void (isLeft = true) });
      const response = new Response(stream, { headers: { 'content-type': type } });
      expect(await refusalOf(response)).to.equal(null);
      await response.body?.cancel();
      expect(isLeft, type).to.equal(true);
    }
  });

  it('takes nothing else for a refusal', async () => {
    for (const response of [
      new Response('<!doctype html>', { status: 502, headers: { 'content-type': 'text/html' } }),
      Response.json({ code: 'step-up-required' }, { status: 401 }),
      new Response(null, { status: 204 }),
    ]) {
      expect(await refusalOf(response)).to.equal(null);
    }
  });
});
