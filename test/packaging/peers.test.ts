import { expect } from 'chai';
import { ConsumerProject } from './consumer-project.js';

const PEERS = { express: '^5.3.0', passport: '^0.7.0' };
const IN_THE_WAY = ['kysely@^0.27.0', 'ioredis@^4.0.0', 'redis@^4.0.0'];
const LOADS =
  'for (const entry of entries) await import(entry).catch(({ code, message }) => said.push(code, message));';

describe('optional peers', () => {
  const project = new ConsumerProject();

  before(() => project.install(PEERS, false));
  after(() => project.remove());

  it('are missed only by the entries that need them, which say which', async () => {
    expect(
      await loading('', '/client', '/memory', '/redis', '/store-contract', '/testing', '/webauthn'),
    ).to.deep.equal([]);
    for (const [entry, peer] of [
      ['/sql', 'kysely'],
      ['/nestjs', '@nestjs/common'],
    ] as const) {
      const [code, message] = await loading(entry);
      expect(code).to.equal('ERR_MODULE_NOT_FOUND');
      expect(message).to.contain(`'${peer}'`);
    }
  });

  it('are loaded by webauthn() when the first key comes, which says what to install', async () => {
    const said = await project.evaluate(
      `import { webauthn } from 'passport-second-factor/webauthn';
       const origins = ['https://panel.example'];
       const keys = webauthn({ rpId: 'panel.example', rpName: 'Panel', origins });
       const data = JSON.stringify({ type: 'webauthn.create', challenge: 'c', origin: origins[0] });
       const response = { clientDataJSON: Buffer.from(data).toString('base64url'), attestationObject: 'AAAA' };
       try { await keys.verifyCreation({ id: 'AAAA', response }, 'c'); } catch (error) { console.log(error.code, error.message); }`,
    );
    expect(said).to.match(/^option-invalid .* npm install @simplewebauthn\/server@14/);
  });

  it('may be there in any version, for the application itself', async () => {
    await project.add(...IN_THE_WAY);
    expect(await loading('', '/client', '/memory', '/redis', '/store-contract', '/testing')).to.deep.equal(
      [],
    );
  });

  it('are refused where a store would not work with them', async () => {
    const said = await project.evaluate(
      `import { createClient } from 'redis';
       import { redisStore } from 'passport-second-factor/redis';
       try { redisStore(createClient()); } catch (error) { console.log(error.name, error.message); }`,
    );
    expect(said).to.match(
      /^SecondFactorError .* node-redis 5 or later, .* got object without withTypeMapping/,
    );
  });

  /** What is said when entries are loaded. */
  async function loading(...entries: string[]): Promise<string[]> {
    const names = JSON.stringify(entries.map((entry) => `passport-second-factor${entry}`));
    const said = await project.evaluate(
      `const entries = ${names}, said = []; ${LOADS} console.log(JSON.stringify(said));`,
    );
    return JSON.parse(said) as string[];
  }
});
