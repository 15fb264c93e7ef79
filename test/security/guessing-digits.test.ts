import { expect } from 'chai';
import { Secret } from 'otpauth';
import { attack, failuresOf, isIn } from '../support/attack.js';
import type { AttackedPanel } from '../support/attack.js';
import { burst, give, loggedIn, pending, phoneWith, said, tally, verify } from '../support/people.js';
import type { Phone } from '../support/people.js';
import { TOKEN_PARAMETERS } from '../support/records.js';

const LIMIT = 5;

/** Alice with an app of six digits and a token of eight. */
async function withBoth(panel: AttackedPanel): Promise<{ app: Phone; token: Phone }> {
  const key = new Secret({ size: 32 }).base32;
  await panel.secondFactor.admin.import('alice', { secret: key, ...TOKEN_PARAMETERS, by: 'test' });
  const token = phoneWith(panel, key, TOKEN_PARAMETERS);
  panel.now += 60_000;
  const client = await loggedIn(panel);
  expect(said(await verify(client, token.nextCode()))).to.equal('verified');
  const { body } = await client.post('/two-step/setup', { add: true });
  const app = phoneWith(panel, String(body.key));
  expect((await give(client, 'setup/confirm', app.code())).status).to.equal(200);
  panel.now += 60_000;
  return { app, token };
}

describe('Guessing codes of an account whose authenticators have different digits', () => {
  attack('on %s', ['checks no more guesses at once'], (panel) => {
    describe('a budget of guesses for each number of digits (B1)', () => {
      it('tells the same of both, from one budget', async () => {
        const { app, token } = await withBoth(panel());
        const guesses = app.wrongCodes(3).flatMap((code, place) => [code, token.wrongCodes(3)[place]!]);
        const browser = await pending(panel());
        const answers = [];
        for (const code of guesses) answers.push(await verify(browser, code));
        expect(answers.map(said)).to.deep.equal([...Array<string>(LIMIT).fill('code-invalid'), 'locked']);
        expect(await failuresOf(panel())).to.equal(LIMIT);
        for (const right of [app.code(1), token.code(1)]) {
          expect(said(await verify(await pending(panel()), right))).to.equal('locked');
        }
        expect(await isIn(browser)).to.equal(false);
      });

      it('checks no more guesses at once than those of one number', async () => {
        const { app, token } = await withBoth(panel());
        const codes = [...app.wrongCodes(50), ...token.wrongCodes(50)];
        const browsers = await burst(10, () => pending(panel()));
        const told = tally(await burst(100, (place) => verify(browsers[place % 10]!, codes[place])));
        expect(told['code-invalid']).to.be.within(1, LIMIT);
        expect(Object.keys(told)).not.to.include('verified');
        expect(await failuresOf(panel())).to.be.within(told['code-invalid']!, LIMIT);
      });
    });

    describe('telling by the answer which authenticator a guess is near (B1)', () => {
      it('is word for word the same whichever authenticator it is nearly right for', async () => {
        const { app, token } = await withBoth(panel());
        const nearly = (code: string): string => code.slice(0, -1) + String((Number(code.at(-1)) + 5) % 10);
        const told: string[] = [];
        for (const code of [
          app.wrongCode(),
          nearly(app.code()),
          token.code().slice(0, 6),
          token.code().slice(2),
          token.wrongCode(),
          nearly(token.code()),
          `00${app.code()}`,
          `${app.code()}00`,
        ]) {
          await panel().secondFactor.admin.unlock('alice', { by: 'test' });
          const { status, body } = await verify(await pending(panel()), code);
          told.push(JSON.stringify([status, body, await failuresOf(panel())]));
        }
        expect(new Set(told).size, told.join('\n')).to.equal(1);
        expect(told[0]).to.include('"code-invalid"').and.to.match(/,1\]$/);
      });

      it('is the same for every number of digits that none of them has, which costs nothing', async () => {
        await withBoth(panel());
        const browser = await pending(panel());
        for (const code of ['12345', '1234567', '123456789']) {
          expect(said(await verify(browser, code)), code).to.equal('code-malformed');
        }
        expect(await failuresOf(panel())).to.equal(0);
      });
    });
  });
});
