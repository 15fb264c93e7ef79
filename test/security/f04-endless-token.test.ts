import { expect } from 'chai';
import { REMEMBERS, comesBack, rememberedOn, trustCookie } from './remembered-browsers.js';
import { Client } from '../support/client.js';
import { attack, isIn } from '../support/attack.js';
import { enrolled, said } from '../support/people.js';

const DAY_SECONDS = 86_400;

attack(
  'F4: a remembered browser that never ends %s',
  (attacked) => {
    it('asks for the code after 30 days, though it is used every day and the cookie is kept for ever', async () => {
      const panel = attacked();
      const owner = await enrolled(panel);
      const browser = await rememberedOn(panel, owner);
      const token = trustCookie(browser);
      const answers: string[] = [];
      for (let day = 1; day <= 31; day++) {
        panel.advance(DAY_SECONDS - (day === 1 ? 60 : 0));
        const back = new Client(panel);
        back.cookies.set(...token);
        answers.push(said(await back.login('alice')));
      }
      expect(answers.slice(0, 29)).to.deep.equal(Array<string>(29).fill('200'));
      expect(answers[30]).to.equal('code-required');
      expect(await panel.secondFactor.admin.browsers('alice')).to.deep.equal([]);
    });

    it('ends the session that came in by it at the same moment', async () => {
      const panel = attacked();
      const owner = await enrolled(panel);
      const back = comesBack(panel, await rememberedOn(panel, owner));
      await back.login('alice');
      panel.advance(30 * DAY_SECONDS - 60);
      expect(await isIn(back)).to.equal(true);
      panel.advance(61);
      expect(await isIn(back)).to.equal(false);
    });
  },
  REMEMBERS,
);
