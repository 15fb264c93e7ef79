import { expect } from 'chai';
import type { Command } from './command.js';
import { startDrivenPanel } from './driven-panel.js';
import type { DrivenPanel } from './driven-panel.js';
import { BEGIN, live } from './live.js';

/** Each is lived several times: what happens at once does not happen the same way every time. */
const TIMES = 2;

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

  it('keeps a password that was changed before a copy of the session ended it, by acting as that account', async () => {
    await lives([
      { do: 'sign-in', jar: 1, account: 'admin', password: 'right' },
      { do: 'copy', from: 1, to: 0 },
      {
        do: 'together',
        all: [
          { do: 'sign-in', jar: 1, account: 'root', password: 'right' },
          { do: 'change-password', jar: 0, current: 'right' },
        ],
      },
      { do: 'sign-in', jar: 0, account: 'admin', password: 'right' },
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

  it('asks for a code again on a remembered browser once a recovery code was used there', async () => {
    await lives([
      { do: 'sign-in', jar: 0, account: 'bob', password: 'right' },
      { do: 'set-up', jar: 0, add: false },
      { do: 'confirm', jar: 0, typed: 0 },
      { do: 'sign-out', jar: 0 },
      { do: 'wait', seconds: 30 },
      { do: 'sign-in', jar: 0, account: 'bob', password: 'right' },
      { do: 'code', jar: 0, door: 'verify', typed: { of: 'bob', phone: 0, steps: 0 }, remember: true },
      { do: 'sign-out', jar: 0 },
      { do: 'sign-in', jar: 0, account: 'bob', password: 'right' },
      { do: 'code', jar: 0, door: 'recovery-codes', typed: { of: 'own', recovery: 0 }, remember: false },
    ]);
  });

  it('writes a session back at the most that another request ended in the same round trip', async () => {
    await lives([
      { do: 'sign-in', jar: 1, account: 'bob', password: 'right' },
      { do: 'set-up', jar: 1, add: false },
      { do: 'copy', from: 1, to: 0 },
      {
        do: 'together',
        all: [
          { do: 'cancel-set-up', jar: 1 },
          { do: 'sign-in', jar: 0, account: 'admin', password: 'right' },
        ],
      },
    ]);
  });

  it('counts the recovery codes of a set-up whose session ended while it was confirmed', async () => {
    await lives([
      { do: 'sign-in', jar: 0, account: 'alice', password: 'right' },
      { do: 'set-up', jar: 0, add: false },
      { do: 'copy', from: 0, to: 1 },
      {
        do: 'together',
        all: [
          { do: 'sign-in', jar: 0, account: 'root', password: 'right' },
          { do: 'confirm', jar: 1, typed: 0 },
        ],
      },
      { do: 'wait', seconds: 30 },
      { do: 'sign-in', jar: 0, account: 'alice', password: 'right' },
      { do: 'code', jar: 0, door: 'verify', typed: { of: 'alice', phone: 0, steps: 0 } },
    ]);
  });

  it('edits nobody for root whose second factor is disabled while the password is hashed', async () => {
    await lives([
      { do: 'sign-in', jar: 0, account: 'root', password: 'right' },
      { do: 'leave', jar: 0 },
      { do: 'set-up', jar: 0, add: false },
      { do: 'confirm', jar: 0, typed: 0 },
      { do: 'wait', seconds: 30 },
      { do: 'sign-in', jar: 2, account: 'root', password: 'right' },
      { do: 'code', jar: 2, door: 'verify', typed: { of: 'root', phone: 0, steps: 0 } },
      {
        do: 'together',
        all: [
          { do: 'edit', jar: 2, account: 'alice' },
          { do: 'code', jar: 0, door: 'disable', typed: { of: 'own', recovery: 0 } },
        ],
      },
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

  it('gives a browser nothing to be known by where its sign-in ended in the moment of the right code', async () => {
    await lives([
      { do: 'sign-in', jar: 0, account: 'alice', password: 'right' },
      { do: 'set-up', jar: 0, add: false },
      { do: 'confirm', jar: 0, typed: 0 },
      { do: 'sign-in', jar: 1, account: 'alice', password: 'right' },
      { do: 'wait', seconds: 30 },
      { do: 'code', jar: 1, door: 'verify', typed: 'wrong' },
      { do: 'copy', from: 1, to: 0 },
      {
        do: 'together',
        all: [
          { do: 'sign-in', jar: 1, account: 'root', password: 'right' },
          { do: 'code', jar: 0, door: 'verify', typed: { of: 'own', phone: 0, steps: 0 }, remember: true },
        ],
      },
      { do: 'sign-in', jar: 0, account: 'alice', password: 'right' },
      ...Array.from({ length: 5 }, () => ({ do: 'code', jar: 0, door: 'verify', typed: 'wrong' }) as const),
    ]);
  });

  it('refuses a code that a recovery code has spent by which the factor is disabled at the same moment', async () => {
    await lives([
      { do: 'sign-in', jar: 0, account: 'alice', password: 'right' },
      { do: 'set-up', jar: 0, add: false },
      { do: 'confirm', jar: 0, typed: 0 },
      { do: 'wait', seconds: 30 },
      { do: 'sign-in', jar: 1, account: 'alice', password: 'right' },
      {
        do: 'together',
        all: [
          { do: 'code', jar: 0, door: 'disable', typed: { of: 'own', recovery: 0 } },
          { do: 'code', jar: 1, door: 'verify', typed: { of: 'own', phone: 0, steps: 0 } },
        ],
      },
    ]);
  });

  it('keeps the level that an account was given while it was deleted', async () => {
    await lives([
      { do: 'delete', account: 'bob' },
      { do: 'level', account: 'bob', level: 'root' },
      { do: 'restore', account: 'bob' },
      { do: 'sign-in', jar: 0, account: 'bob', password: 'right' },
    ]);
  });
});
