import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import type { AuthenticateCallback } from 'passport';
import type { Policy } from 'passport-second-factor';
import { Client } from '../support/client.js';
import { addKey, startKeyPanel } from '../support/key-panel.js';
import { stopPanels } from '../support/panel.js';
import { enrolled } from '../support/people.js';

describe('strategies/second-factor-strategy where the policy takes keys alone', () => {
  afterEach(stopPanels);

  it('says to the application where the first key is added, and takes no code meanwhile', async () => {
    let policy: Policy = 'optional';
    const made = await startKeyPanel(
      { policy: () => policy },
      {
        routes({ app, passport, secondFactor }) {
          passport.use(secondFactor.strategy as never);
          app.post('/two-step/code', express.json(), (req, res, next) => {
            const answer: AuthenticateCallback = (error, user, info) =>
              error || user ? next(error ?? new Error('signed in')) : res.status(403).json(info);
            (passport.authenticate('second-factor', answer) as RequestHandler)(req, res, next);
          });
        },
      },
    );

    const { phone } = await enrolled(made);
    policy = { phishingResistant: true };
    const client = new Client(made);
    await client.login('alice');
    const location = '/two-step/security-keys';
    const right = await client.post('/two-step/code', { code: phone.nextCode() });
    expect(right.body).to.include({ code: 'security-key-required', location });
    const again = await client.post('/two-step/code', { code: phone.nextCode() });
    expect(again.body).to.include({ code: 'enrollment-required', location });
    await addKey(client);
    expect(await client.me()).to.equal('alice');
  });
});
