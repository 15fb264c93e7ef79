import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import express from 'express';
import type { RequestHandler } from 'express';
import type { SecondFactorOptions } from 'passport-second-factor';
import { phoneOf, programOf } from './doc-program.js';
import type { ProgramFolder } from './doc-program.js';
import { Client, startPanel, stopPanels } from './trap-panel.js';
import type { Panel, User } from './trap-panel.js';

const OLD_SECRETS = `
const table = new Set(['alice']);
export const oldSecrets = { has: async (id) => table.has(id), delete: async (id) => void table.delete(id) };
`;

interface OldSecrets {
  readonly oldSecrets: { has(id: string): Promise<boolean>; delete(id: string): Promise<void> };
}

describe('docs/upgrading.md', () => {
  let folder: ProgramFolder;
  let oldSecrets: OldSecrets['oldSecrets'];
  let panel: Panel;

  beforeEach(async () => {
    folder = programOf('docs/upgrading.md', { 'old-secrets.ts': OLD_SECRETS });
    const load = (file: string): Promise<unknown> => import(pathToFileURL(join(folder.path, file)).href);
    const { oldCheck } = (await load('old-check.ts')) as { oldCheck: RequestHandler };
    const { upgrade } = (await load('upgrade-options.ts')) as {
      upgrade: Partial<SecondFactorOptions<User>>;
    };
    ({ oldSecrets } = (await load('old-secrets.ts')) as OldSecrets);
    panel = await startPanel({
      options: upgrade,
      beforeRouter({ app }) {
        app.use(oldCheck);
        app.post('/old-code', express.json(), (req, res) => {
          if ((req.body as { code?: string }).code !== 'old') return void res.sendStatus(401);
          Object.assign(req.session, { oldCodeGivenBy: (req.user as User).id });
          res.json({});
        });
      },
    });
  });
  afterEach(async () => {
    await stopPanels();
    folder.remove();
  });

  it('lets nobody enable a new phone before the old code', async () => {
    const thief = new Client(panel);
    expect((await thief.login('alice')).status).to.equal(200);
    for (const path of ['/me', '/two-step', '/two-step/setup']) {
      expect((await thief.get(path)).headers.location, path).to.equal('/old-code');
    }
    expect((await thief.post('/two-step/setup')).headers.location).to.equal('/old-code');
    expect(await oldSecrets.has('alice')).to.equal(true);
    expect((await panel.secondFactor.status('alice')).enrolled).to.equal(false);
  });

  it('moves a user from the old code to the new one, and asks for one of them at a time', async () => {
    const alice = new Client(panel);
    await alice.login('alice');
    expect((await alice.post('/old-code', { code: 'old' })).status).to.equal(200);
    const { body } = await alice.post('/two-step/setup');
    const phone = phoneOf(String(body.key));
    expect((await alice.post('/two-step/setup/confirm', { code: phone.first })).status).to.equal(200);
    expect(await oldSecrets.has('alice')).to.equal(false);
    expect(await alice.me()).to.equal('alice');

    const again = new Client(panel);
    expect((await again.login('alice')).body.code).to.equal('code-required');
    expect((await again.post('/two-step/verify', { code: phone.next() })).body).to.include({
      state: 'verified',
    });
    expect(await again.me()).to.equal('alice');
  });

  it('keeps the old code of one user from counting for another', async () => {
    const browser = new Client(panel);
    await browser.login('bob');
    expect(await browser.me()).to.equal('bob');
    await browser.post('/old-code', { code: 'old' });
    await browser.login('alice');
    expect((await browser.get('/me')).headers.location).to.equal('/old-code');
  });
});
