import { join } from 'node:path';
import { expect } from 'chai';
import type { RequestHandler } from 'express';
import { programOf } from '../support/doc-program.js';
import { enroll, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';

interface Remembering {
  remembering: { rememberBrowsers: { days: number } };
  everyday: RequestHandler;
  always: RequestHandler;
  recently: RequestHandler;
}

describe('docs/remembered-browsers.md', () => {
  afterEach(stopPanels);

  it('has three guards, of which a remembered browser passes the first', async () => {
    const folder = programOf('docs/remembered-browsers.md');
    const { remembering, everyday, always, recently } = (await import(
      join(folder.path, 'remembering.ts')
    )) as Remembering;
    folder.remove();
    const panel = await startPanel({
      options: remembering,
      routes({ app }) {
        for (const [name, guard] of Object.entries({ everyday, always, recently })) {
          app.get(`/${name}`, guard, (req, res) => void res.json({ amr: req.secondFactor?.amr }));
        }
      },
    });
    const phone = await enroll(panel);
    const client = await loggedIn(panel);
    await client.post('/two-step/verify', { code: phone.nextCode(), rememberBrowser: true });
    await client.post('/logout');
    await client.login('alice');
    expect((await client.get('/everyday')).body).to.deep.equal({ amr: ['pwd'] });
    for (const path of ['/always', '/recently']) {
      expect((await client.get(path)).body.code).to.equal('step-up-required');
    }
    await client.post('/two-step/step-up', { code: phone.nextCode() });
    for (const path of ['/everyday', '/always', '/recently']) {
      expect((await client.get(path)).body).to.deep.equal({ amr: ['pwd', 'otp', 'mfa'] });
    }
  });
});
