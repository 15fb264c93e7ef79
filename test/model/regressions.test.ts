import { expect } from 'chai';
import type { Command } from './command.js';
import { startDrivenPanel } from './driven-panel.js';
import type { DrivenPanel } from './driven-panel.js';
import { BEGIN, live } from './live.js';

/** Each is lived several times: what happens at once does not happen the same way every time. */
const TIMES = 5;

describe('histories that the model and the panel once told differently', () => {
  let panel: DrivenPanel;

  before(async () => {
    panel = await startDrivenPanel(BEGIN);
  });

  after(() => panel.close());

  it('keeps a password that was changed while a copy of the session ended it', async () => {
    await lives([
      { do: 'sign-in', jar: 0, account: 'alice', password: 'right' },
      { do: 'copy', from: 0, to: 1 },
      {
        do: 'together',
        all: [
          { do: 'sign-in', jar: 1, account: 'root', password: 'right' },
          { do: 'change-password', jar: 0, current: 'right' },
        ],
      },
      { do: 'sign-in', jar: 0, account: 'alice', password: 'right' },
    ]);
  });

  it('gives copies of one session that fall back at once no more than the actor had', async () => {
    await lives([
      { do: 'sign-in', jar: 0, account: 'root', password: 'right' },
      { do: 'copy', from: 0, to: 1 },
      {
        do: 'together',
        all: [
          { do: 'level', account: 'root', level: 'user' },
          { do: 'cancel-set-up', jar: 1 },
          { do: 'change-password', jar: 0, current: 'right' },
        ],
      },
      { do: 'act-as', jar: 1, account: 'admin' },
    ]);
  });

  it('ends acting as an account that is deleted at the same moment', async () => {
    await lives([
      { do: 'sign-in', jar: 0, account: 'root', password: 'right' },
      {
        do: 'together',
        all: [
          { do: 'delete', account: 'admin' },
          { do: 'change-password', jar: 0, current: 'right' },
        ],
      },
      { do: 'sign-in', jar: 0, account: 'root', password: 'right' },
    ]);
  });

  it('signs nobody in with a password that is replaced at the same moment', async () => {
    await lives([
      { do: 'sign-in', jar: 0, account: 'root', password: 'right' },
      {
        do: 'together',
        all: [
          { do: 'edit', jar: 0, account: 'alice' },
          { do: 'sign-in', jar: 1, account: 'alice', password: 'right' },
        ],
      },
    ]);
  });

  async function lives(history: readonly Command[]): Promise<void> {
    for (let time = 0; time < TIMES; time++)
      expect(await live(panel, history)).to.be.at.least(history.length);
  }
});
