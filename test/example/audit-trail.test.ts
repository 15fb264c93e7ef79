import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Client } from '../support/client.js';
import { startExamplePanel } from '../support/example-panel.js';
import type { ExamplePanel } from '../support/example-panel.js';
import { signedIn, enable } from '../support/people.js';

const DOCUMENT = 'docs/impersonation.md';

describe('the audit trail of the example panel', () => {
  let panel: ExamplePanel;

  before(async () => {
    panel = await startExamplePanel();
  });
  after(() => panel.end());

  it('is in the documentation as the panel writes it (K15)', async () => {
    const root = await signedIn(panel, 'root');
    await root.actAs('alice');
    await root.actAs('bob');
    await root.post('/two-step/setup');
    await root.leave();

    const admin = await signedIn(panel, 'admin');
    const { phone } = await enable(panel, admin);
    await root.get('/api/me');
    await root.actAs('admin');
    await root.post('/staff/admin/edit', { password: 'a-new-password' });

    const again = new Client(panel);
    await again.login('admin', 'a-new-password');
    await again.post('/two-step/verify', { code: phone.nextCode() });
    await again.actAs('bob');
    panel.advance(3600);
    await again.get('/api/me');
    await again.post('/logout');

    const trail = panel.log.map(line).join('\n');
    const [, shown] = /```text\n([\s\S]*?)\n```/.exec(readFileSync(DOCUMENT, 'utf8')) ?? [];
    expect(shown).to.equal(trail);
  });

  it('names who is really there in every line between entering and leaving (K15)', () => {
    const acting = panel.log
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .filter(({ name }) => String(name).startsWith('impersonation-'));
    expect(acting).to.have.length.above(5);
    for (const event of acting) expect(event, JSON.stringify(event)).to.have.property('actorId');
  });
});

/** One event on one line, without what differs from run to run. */
function line(text: string): string {
  const event = JSON.parse(text) as Record<string, string | number | boolean | undefined>;
  const { name, accountId, actorId, at: _at, ip: _ip, userAgent: _agent, ...fields } = event;
  const columns = [String(name).padEnd(23), `account=${String(accountId)}`.padEnd(14)];
  const actor = actorId === undefined ? '' : `actor=${String(actorId)}`;
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${String(value)}`);
  return [...columns, actor.padEnd(11), ...rest].join(' ').trimEnd();
}
