import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { databaseFileOf } from '../../example/panel/settings.js';
import { Visitor } from '../support/visitor.js';
import { runConsole, startPanelProcess, withoutPanel } from '../support/example-process.js';
import type { Ended, PanelProcess } from '../support/example-process.js';

describe('npm run second-factor beside a panel that was started with nothing but a port', function () {
  this.timeout(120_000);
  let panel: PanelProcess;
  let alice: Visitor;

  before(async () => {
    panel = await startPanelProcess();
    alice = new Visitor(panel);
    await alice.post('/login', { username: 'alice', password: 'alice-password' });
    const { body: json } = await alice.post('/two-step/setup');
    const code = new TOTP({ secret: Secret.fromBase32(String(json.key)) }).generate();
    expect((await alice.post('/two-step/setup/confirm', { code })).status).to.equal(200);
  });
  after(async () => {
    await panel.stop();
    rmSync(dirname(databaseFileOf({}, panel.port)), { recursive: true, force: true });
  });

  const run = (...args: string[]): Promise<Ended> => runConsole({ PORT: String(panel.port) }, ...args);

  it('tells how accounts stand, seals records anew, and finds all well', async () => {
    const listed = await npmRun({ PORT: String(panel.port) }, ['second-factor', '--', 'list', '--json']);
    expect(listed.out).to.contain('alice').and.not.to.contain('bob');
    const status = await run('status', 'alice', '--json');
    expect(JSON.parse(status.out)).to.include({ accountId: 'alice', enrolled: true, readable: true });
    expect((await run('rekey')).code).to.equal(0);
    const checked = await run('check');
    expect([checked.code, checked.err]).to.deep.equal([0, '']);
    expect(checked.out).to.contain('1 sealed with the first key').and.to.contain('all well');
    expect((await alice.get('/api/secret')).status, 'nothing has changed for alice').to.equal(200);
  });

  it('ends a wait, and takes two-step authentication off, for the panel that runs', async () => {
    const guesser = new Visitor(panel);
    await guesser.post('/login', { username: 'alice', password: 'alice-password' });
    for (let i = 0; i < 5; i++) await guesser.post('/two-step/verify', { code: '000000' });
    expect((await guesser.post('/two-step/verify', { code: '000000' })).status).to.equal(429);
    expect((await run('unlock', 'alice', '--yes')).code).to.equal(0);
    expect((await guesser.post('/two-step/verify', { code: '000000' })).status).to.equal(401);

    expect((await run('disable', 'alice')).code, 'there is no terminal to ask on').to.equal(2);
    expect((await alice.get('/api/secret')).status).to.equal(200);
    const ended = await run('disable', 'alice', '--yes', '--reason', 'phone lost');
    expect(ended.code).to.equal(0);
    expect(ended.err).to.match(/"name":"disabled".*"by":"console:.*"reason":"phone lost"/);
    expect(ended.err, 'the owner gets a mail').to.match(
      /"mailTo":"alice","subject":"Acme Panel: .* disabled"/,
    );
    expect((await alice.get('/api/secret')).body.code).to.equal('enrollment-required');
    expect((await alice.get('/api/me')).body.user, 'still signed in').to.equal('alice');
  });
});

/** `npm run`, to its end. */
function npmRun(env: Record<string, string>, args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    const options = { env: { ...withoutPanel(), NPM_CONFIG_UPDATE_NOTIFIER: 'false', ...env } };
    execFile('npm', ['run', '--silent', ...args], options, (error, out, err) => {
      done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
    }).stdin?.end();
  });
}
