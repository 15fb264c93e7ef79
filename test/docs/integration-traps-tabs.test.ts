import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { expect } from 'chai';
import type { RequestHandler } from 'express';
import { MemoryStore } from 'express-session';
import type { SessionOptions } from 'express-session';
import { memoryStore } from 'passport-second-factor/memory';
import { Client } from '../support/client.js';
import { startPanel, stopPanels } from '../support/panel.js';
import { enrolled } from '../support/people.js';

describe('integration traps: tabs', () => {
  afterEach(stopPanels);

  describe('Slow answers in another tab', () => {
    const rolling = { rolling: true, cookie: { maxAge: 3_600_000 } };
    const seldom: RequestHandler = (req, _res, next) => {
      const kept = req.session as { lastSeen?: number };
      const minutes = (Date.now() - (kept.lastSeen ?? 0)) / 60_000;
      if (req.user && minutes > 5) kept.lastSeen = Date.now();
      next();
    };

    /** Who is there after a step-up in one process, while a page of another tab waited in that one or in another. */
    async function afterStepUp(where: 'the same' | 'another', options: Partial<SessionOptions>) {
      const shared = { store: memoryStore(), options: { keys: [randomBytes(32).toString('base64')] } };
      const [stores, gate] = [[new MemoryStore(), new MemoryStore()], new EventEmitter()];
      const sessions = (stores[0] as unknown as { sessions: object }).sessions;
      Object.assign(stores[1]!, { sessions });
      const [panel, other] = await Promise.all(
        stores.map((store) =>
          startPanel({
            ...shared,
            session: { ...options, store },
            beforeRouter: ({ app }) => app.use(seldom),
            routes: ({ app }) =>
              app.get('/slow', (_req, res) => {
                gate.once('go', () => res.json({}));
                gate.emit('arrived');
              }),
          }),
        ),
      );
      const { client, phone } = await enrolled(panel!);
      other!.now = panel!.now;
      await client.get('/me');
      const tab = new Client(where === 'another' ? other! : panel!, client.cookies);
      const arrived = once(gate, 'arrived');
      const slow = tab.get('/slow');
      await arrived;
      await client.post('/two-step/step-up', { code: phone.nextCode() });
      gate.emit('go');
      const late = await slow;
      const sent = late.headers['set-cookie'] === undefined ? client : tab;
      return sent.me();
    }

    it('sign the owner out only with rolling cookies and a session that ended in another process', async () => {
      expect(await afterStepUp('the same', rolling)).to.equal('alice');
      expect(await afterStepUp('another', rolling)).to.equal(null);
      expect(await afterStepUp('another', { cookie: rolling.cookie })).to.equal('alice');
    });
  });
});
