import { expect } from 'chai';
import { Secret, TOTP } from 'otpauth';
import { Client } from '../support/client.js';
import { ConsumerProject } from './consumer-project.js';
import { holdsTheContractWithKysely029 } from './kysely-029.js';

/** The peers an integrator may have, old and new, and the settings beside the one that programs are compiled with. */
const PROJECTS = [
  {
    peers: {
      express: '^4.22.3',
      '@types/express': '^4.17.0',
      passport: '^0.6.0',
      kysely: '^0.28.0',
      ...nest('^10.4.0'),
    },
    settings: ['node16', 'node10'],
  },
  {
    peers: {
      express: '^5.3.0',
      '@types/express': '^5.0.0',
      passport: '^0.7.0',
      kysely: '^0.29.0',
      ...nest('^11.0.0'),
    },
    settings: ['bundler'],
  },
] as const;
const ALICE = { username: 'alice', password: 'alice-password' };
const STEP_MILLISECONDS = 30_000;

for (const { peers, settings } of PROJECTS) {
  const names = ['express', 'passport', 'kysely', '@nestjs/common'] as const;
  describe(`a project with ${names.map((name) => `${name} ${peers[name]}`).join(', ')}`, () => {
    const project = new ConsumerProject();

    before(() => project.install(peers));

    after(() => project.remove());

    for (const one of settings) {
      it(`type-checks as ESM and as CommonJS with moduleResolution ${one}`, async () => {
        await project.typeCheck(one);
      });
    }

    it('signs in in two steps with what TypeScript compiled with nodenext, as ESM and as CommonJS', async () => {
      await project.compile();
      for (const app of ['app.mjs', 'app.cjs', 'nest.mjs', 'nest.cjs']) {
        await signInInTwoSteps(await project.start(`compiled/${app}`));
      }
    });

    it('knows errors of the other build by instanceof, and no class of the application by them', async () => {
      const said = await project.evaluate(
        `import { createRequire } from 'node:module';
         import * as esm from 'passport-second-factor';
         const cjs = createRequire(process.cwd() + '/')('passport-second-factor');
         const known = [[esm, cjs], [cjs, esm]].map(([from, by]) => {
           const plain = new from.SecondFactorError('locked');
           const required = new from.SecondFactorRequiredError('code-required', '/', 0);
           class Own extends by.SecondFactorError {}
           return [
             from.SecondFactorError !== by.SecondFactorError,
             plain instanceof by.SecondFactorError,
             required instanceof by.SecondFactorError,
             required instanceof by.SecondFactorRequiredError,
             new Own('locked') instanceof from.SecondFactorError,
             plain instanceof by.SecondFactorRequiredError,
             required instanceof Own,
           ];
         });
         console.log(JSON.stringify(known));`,
      );
      const expected = [true, true, true, true, true, false, false];
      expect(JSON.parse(said)).to.deep.equal([expected, expected]);
    });

    for (const inner of ['dist/esm/lib/vault/vault.js', 'dist/cjs/lib/vault/vault.js', 'lib/index.js']) {
      it(`does not let ${inner} be imported`, async () => {
        const code = await project.evaluate(
          `import('passport-second-factor/${inner}').then(() => 'imported', ({ code }) => code).then(console.log)`,
        );
        expect(code.trim()).to.equal('ERR_PACKAGE_PATH_NOT_EXPORTED');
      });
    }

    it('says its version to tools', async () => {
      const name = await project.evaluate(
        `import { createRequire } from 'node:module';
         console.log(createRequire(process.cwd() + '/')('passport-second-factor/package.json').name);`,
      );
      expect(name.trim()).to.equal('passport-second-factor');
    });

    if (peers.kysely === '^0.29.0') holdsTheContractWithKysely029(project);
  });
}

function nest(version: string) {
  return { '@nestjs/common': version, '@nestjs/core': version, '@nestjs/platform-express': version };
}

/** What a user does: enables the second factor, signs in anew elsewhere, and is asked for the code. */
async function signInInTwoSteps(port: number): Promise<void> {
  const office = new Client({ port });
  expect(await office.post('/login', ALICE)).to.deep.include({ status: 200, body: { user: 'alice' } });
  expect((await office.get('/backups')).body.type).to.match(/enrollment-required$/);

  const setup = await office.post('/two-step/setup');
  expect(setup.status, JSON.stringify(setup.body)).to.equal(200);
  const phone = new TOTP({ secret: Secret.fromBase32(String(setup.body.key).replaceAll(' ', '')) });
  const confirmed = await office.post('/two-step/setup/confirm', { code: phone.generate() });
  expect(confirmed.status, JSON.stringify(confirmed.body)).to.equal(200);
  expect(confirmed.body.recoveryCodes).to.have.length(10);
  expect(await office.get('/backups')).to.deep.include({ status: 200, body: { backupsOf: 'alice' } });

  const home = new Client({ port });
  const parked = await home.post('/login', ALICE);
  expect(parked.status, JSON.stringify(parked.body)).to.equal(401);
  expect(parked.body.type).to.match(/code-required$/);
  expect((await home.get('/me')).body.user).to.equal(null);

  // the code that confirmed the set-up is spent
  await home.post('/clock', { milliseconds: STEP_MILLISECONDS });
  const code = phone.generate({ timestamp: Date.now() + STEP_MILLISECONDS });
  const verified = await home.post('/two-step/verify', { code });
  expect(verified.status, JSON.stringify(verified.body)).to.equal(200);
  expect(verified.body.state).to.equal('verified');
  expect(await home.get('/backups')).to.deep.include({ status: 200, body: { backupsOf: 'alice' } });
}
