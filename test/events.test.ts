import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { Store } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { createEmitter } from '../lib/events.js';
import type { SecondFactorEvent } from '../lib/events.js';
import { warningsOf } from './support/warnings.js';
import { enroll, enrolled, loggedIn } from './support/people.js';
import { startPanel, stopPanels } from './support/panel.js';

const BASE = { at: 1, accountId: 'alice' };

describe('events', () => {
  afterEach(stopPanels);

  it("hands an event to the listeners of its name and of '*', with its name and fields", () => {
    const { on, emit } = createEmitter();
    const heard: SecondFactorEvent[] = [];
    on('enrolled', (event) => heard.push(event));
    on('*', (event) => heard.push(event));
    on('disabled', (event) => heard.push(event));
    emit('enrolled', BASE);
    expect(heard).to.deep.equal([
      { name: 'enrolled', ...BASE },
      { name: 'enrolled', ...BASE },
    ]);
  });

  it('stops a listener by the function that on() returns, and only that one', () => {
    const { on, emit } = createEmitter();
    const heard: string[] = [];
    const stop = on('enrolled', () => heard.push('first'));
    on('enrolled', () => heard.push('second'));
    stop();
    stop();
    emit('enrolled', BASE);
    expect(heard).to.deep.equal(['second']);
  });

  it('lets no listener change an event for the next one', async () => {
    const { on, emit } = createEmitter();
    const heard: unknown[] = [];
    on('enrolled', (event) => Object.assign(event, { accountId: 'mallory' }));
    on('enrolled', (event) => heard.push(event.accountId));
    await warningsOf(() => emit('enrolled', BASE));
    expect(heard).to.deep.equal(['alice']);
  });

  it('is deaf to what listeners throw and reject, but for a warning', async () => {
    const { on, emit } = createEmitter();
    const heard: string[] = [];
    on('enrolled', () => {
      throw new Error('thrown by a listener');
    });
    on('enrolled', async () => {
      await Promise.resolve();
      throw new Error('rejected by a listener');
    });
    on('enrolled', () => heard.push('the rest'));
    const warnings = await warningsOf(() => emit('enrolled', BASE));
    expect(heard).to.deep.equal(['the rest']);
    expect(warnings.map(({ message }) => message).join())
      .to.include('thrown by a listener')
      .and.include('rejected by a listener');
  });

  it('is deaf to thrown values that cannot be printed, and warns all the same', async () => {
    const unprintable: unknown[] = [
      Object.create(null),
      Object.assign(new Error('with another stack'), { stack: Symbol('stack') }),
      Object.defineProperty(new Error('with a stack that throws'), 'stack', {
        get: () => {
          throw new Error('no stack');
        },
      }),
    ];
    const unhandled: unknown[] = [];
    const hear = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', hear);
    try {
      for (const thrown of unprintable) {
        const { on, emit } = createEmitter();
        on('enrolled', () => Promise.reject(thrown as Error));
        const warnings = await warningsOf(() => emit('enrolled', BASE));
        expect(warnings.map(({ message }) => message).join()).to.include(
          'a listener of passport-second-factor',
        );
      }
    } finally {
      process.off('unhandledRejection', hear);
    }
    expect(unhandled).to.deep.equal([]);
  });

  it('hands one event once to a listener that stops and begins anew while it hears it', () => {
    const { on, emit } = createEmitter();
    let heard = 0;
    let stop = (): unknown => undefined;
    const again = (): void => {
      if (++heard > 10) return;
      stop();
      stop = on('enrolled', again);
    };
    stop = on('enrolled', again);
    emit('enrolled', BASE);
    expect(heard).to.equal(1);
    emit('enrolled', BASE);
    expect(heard).to.equal(2);
  });

  it('hands an event no more to a listener that an earlier one stopped', () => {
    const { on, emit } = createEmitter();
    const heard: string[] = [];
    on('enrolled', () => stop());
    const stop = on('enrolled', () => heard.push('stopped'));
    emit('enrolled', BASE);
    expect(heard).to.deep.equal([]);
  });

  it('is waited for by close() where a listener returns a promise, also one that rejects', async () => {
    const panel = await startPanel();
    const order: string[] = [];
    panel.secondFactor.events.on('imported', async ({ accountId }) => {
      for (let turns = 0; turns < 5; turns++) await turn();
      order.push(accountId);
      throw new Error('no mailer');
    });
    const warnings = await warningsOf(async () => {
      await panel.secondFactor.admin.import('alice', {
        secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
        by: 'test',
      });
      expect(order, 'not by the call').to.deep.equal([]);
      await panel.secondFactor.close();
      order.push('closed');
    });
    expect(order).to.deep.equal(['alice', 'closed']);
    expect(warnings.map(({ message }) => message).join()).to.include('no mailer');
    expect(await panel.secondFactor.admin.settled()).to.deep.equal({ failed: 1, unfinished: 0 });
  });

  it('changes no sign-in by a listener that throws', async () => {
    const panel = await startPanel();
    panel.secondFactor.events.on('*', () => {
      throw new Error('the log is full');
    });
    let user: unknown;
    await warningsOf(async () => {
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      await client.post('/two-step/verify', { code: phone.nextCode() });
      user = await client.me();
    });
    expect(user).to.equal('alice');
  });

  it('tells what was done where the clock of the application fails by then, by that of the machine', async () => {
    const store = memoryStore();
    let isBroken = false;
    let time = Date.now();
    const clock = (): number => {
      if (isBroken) throw new Error('no time');
      return time;
    };
    const watched = {
      ...store,
      async compareAndSet(...given: Parameters<Store['compareAndSet']>) {
        const held = await store.compareAndSet(...given);
        isBroken = given[2] === null;
        return held;
      },
    };
    const panel = await startPanel({ store: watched, options: { clock } });
    const { client, phone } = await enrolled(panel);
    time += 30_000;
    panel.now = time;
    const since = Date.now();
    await client.post('/two-step/disable', { code: phone.code() });
    const told = panel.events.at(-1);
    expect(told).to.include({ name: 'disabled', accountId: 'alice' });
    expect(told?.at).to.be.within(since, Date.now());
  });

  it('tells when, who, from where and by what, and never a code, a key or a password (I5)', async () => {
    const panel = await startPanel({ options: { ip: () => '192.0.2.7' } });
    const { client, phone } = await enrolled(panel);
    const code = phone.nextCode();
    await client.post('/two-step/step-up', { code }, { 'user-agent': 'x'.repeat(2000) });
    const [accepted] = panel.events.filter(({ name }) => name === 'code-accepted').slice(-1);
    expect(accepted).to.deep.equal({
      name: 'code-accepted',
      at: panel.now,
      accountId: 'alice',
      ip: '192.0.2.7',
      userAgent: 'x'.repeat(512),
      operation: 'step-up',
      method: 'otp',
    });
    const text = JSON.stringify(panel.events);
    for (const secret of [code, '"password"', client.cookie]) expect(text).not.to.include(secret);
    for (const event of panel.events) expect(event).to.include.keys('name', 'at', 'accountId');
  });

  it('tells the whole life of a second factor, in order', async () => {
    const panel = await startPanel();
    const { client, phone } = await enrolled(panel);
    await client.post('/logout');
    const again = await loggedIn(panel);
    await again.post('/two-step/verify', { code: 'x' });
    await again.post('/two-step/verify', { code: phone.nextCode() });
    await again.post('/two-step/step-up', { code: phone.nextCode() });
    await again.post('/two-step/recovery-codes', { code: phone.nextCode() });
    await again.post('/two-step/disable', { code: phone.nextCode() });
    const evil = { origin: 'https://evil.example' };
    await again.post('/two-step/setup', {}, evil);
    expect(panel.told()).to.deep.equal([
      ...['signed-in', 'setup-started', 'enrolled', 'signed-out', 'code-required', 'code-refused'],
      ...['code-accepted', 'signed-in', 'code-accepted', 'stepped-up'],
      ...['code-accepted', 'recovery-codes-regenerated', 'code-accepted', 'disabled', 'cross-site-refused'],
    ]);
    expect(panel.events.at(-1)).to.include({ accountId: 'alice', path: '/two-step/setup' });
  });
});
