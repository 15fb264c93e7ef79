import { expect } from 'chai';
import { Client } from '../support/client.js';
import { compiled } from '../support/compiled.js';
import { withoutPanel } from '../support/example-process.js';
import { startProgram } from '../support/program.js';

const PASSWORDS = [5, true, { a: 1 }, ['alice-password'], null];

describe('the examples', () => {
  for (const [file, route, status] of [
    ['example/minimal/app.ts', '/login', 302],
    ['example/spa/app.ts', '/api/login', 401],
  ] as const) {
    it(`take a password that is no text for a wrong one (${file})`, async () => {
      const app = await startProgram(
        compiled(file),
        { ...withoutPanel(), PORT: '0' },
        /localhost:(\d+)\/ - sign in as alice/,
      );
      try {
        const client = new Client(app);
        for (const password of PASSWORDS) {
          const answer = await client.post(route, { username: 'alice', password });
          expect(answer.status, JSON.stringify(password)).to.equal(status);
        }
      } finally {
        await app.stop();
      }
    });
  }
});
