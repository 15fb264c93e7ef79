import { join } from 'node:path';
import { expect } from 'chai';
import express from 'express';
import type { Request } from 'express';
import type { Policy } from 'passport-second-factor';
import { programOf } from '../support/doc-program.js';
import type { ProgramFolder } from '../support/doc-program.js';
import { Client } from '../support/client.js';
import { enroll } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

interface Deadline {
  deadline(req: Request): { day: string; enable: string } | null;
  later(req: Request): void;
}

describe('docs/enforcement.md', () => {
  let folder: ProgramFolder;
  before(() => {
    folder = programOf('docs/enforcement.md');
  });
  after(() => folder.remove());
  afterEach(stopPanels);

  it('has a policy for two levels at once and a day for everybody else', async () => {
    const { policy } = (await import(join(folder.path, 'policy.ts'))) as {
      policy: (account: { id: string; name: string; level: string | null }) => Policy;
    };
    const said = (level: string | null): Policy => policy({ id: 'a', name: 'a', level });
    expect([said('root'), said('admin')]).to.deep.equal(['required', 'required']);
    for (const level of ['user', null])
      expect(said(level)).to.have.property('requiredFrom').that.is.a('date');
  });

  it('shows the day in the layout of the application until "later", once for each session', async () => {
    const { deadline, later } = (await import(join(folder.path, 'deadline.ts'))) as Deadline;
    let policy: Policy = 'optional';
    const panel: Panel = await startPanel({
      options: { policy: () => policy },
      routes({ app }) {
        app.get('/line', (req, res) => void res.json({ line: deadline(req) }));
        app.post('/later', express.json(), (req, res) => {
          later(req);
          res.json({});
        });
      },
    });
    const line = async (client: Client): Promise<unknown> => (await client.get('/line')).body.line;
    const client = new Client(panel);
    expect(await line(client)).to.equal(null);
    await client.login('alice');
    expect(await line(client)).to.equal(null);

    policy = { requiredFrom: new Date(panel.now + 86_400_000) };
    const day = policy.requiredFrom.toISOString().slice(0, 10);
    expect(await line(client)).to.include({ day, enable: '/two-step' });
    await client.post('/later');
    expect(await line(client)).to.equal(null);
    await client.login('alice');
    expect(await line(client)).to.include({ day });
    await enroll(panel, 'alice', client);
    expect(await line(client)).to.equal(null);
  });

  it('answers JSON as it says when somebody must enroll', async () => {
    const panel = await startPanel({ options: { policy: () => 'required' } });
    const { status, body } = await new Client(panel).login('alice');
    expect(status).to.equal(403);
    expect(body).to.have.all.keys('type', 'title', 'status', 'code', 'setup', 'until');
    expect(body).to.include({ code: 'enrollment-required', setup: '/two-step/setup' });
  });
});
