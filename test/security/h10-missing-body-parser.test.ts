import { expect } from 'chai';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enroll, loggedIn } from '../support/people.js';

const OPERATIONS = [
  'verify',
  'step-up',
  'disable',
  'recovery-codes',
  'setup/confirm',
  'authenticators/remove',
];

describe('H10: no body, and nobody who parses it', () => {
  onEachPanel((start) => {
    for (const express of [4, 5] as const) {
      it(`refuses every operation without a body, crashes nowhere, and charges nothing (Express ${express})`, async () => {
        const panel = await start({ express });
        const owner = new Client(panel);
        const phone = await enroll(panel, 'alice', owner);
        const outside = await loggedIn(panel);
        for (const operation of OPERATIONS) {
          for (const client of [outside, owner, new Client(panel)]) {
            if (client === owner && operation === 'verify') continue; // done already: is sent home, and nothing is evaluated
            for (const type of [
              'application/json',
              'application/x-www-form-urlencoded',
              'text/plain',
              'image/png',
            ]) {
              const headers = { 'content-type': type, 'content-length': '0' };
              const { status } = await client.post(`/two-step/${operation}`, new URLSearchParams(), headers);
              expect(status, `${operation} ${type}`).to.be.within(400, 499);
            }
          }
        }
        expect(panel.errors).to.deep.equal([]);
        expect((await panel.secondFactor.status('alice')).failures).to.equal(0);
        // The router reads the body itself where the panel has no parser.
        expect((await outside.post('/two-step/verify', { code: phone.nextCode() })).body.state).to.equal(
          'verified',
        );
      });
    }
  });
});
