import { expect } from 'chai';
import { Secret } from 'otpauth';
import type { ImportedSecret } from 'passport-second-factor';
import { caught } from '../support/headless.js';
import { enrolled, phoneWith } from '../support/people.js';
import { TOKEN_PARAMETERS } from '../support/records.js';
import { startPanel, stopPanels } from '../support/panel.js';

const BY = { by: 'migration' };
const KEY = new Secret({ size: 32 }).base32;
const TOKEN: ImportedSecret = { secret: KEY, ...TOKEN_PARAMETERS, ...BY };

describe('operator/import-secret: the same once more', () => {
  afterEach(stopPanels);

  it('changes nothing and tells nobody, also after the authenticator was used', async () => {
    const panel = await startPanel();
    const { admin } = panel.secondFactor;
    expect(await admin.import('alice', TOKEN)).to.equal(true);
    const before = await panel.store.get('alice');
    const uri = `otpauth://totp/x?secret=${KEY}&algorithm=SHA256&digits=8&period=60`;
    for (const same of [TOKEN, { ...TOKEN, name: 'Another name' }, { uri, ...BY }] as ImportedSecret[]) {
      expect(await admin.import('alice', same)).to.equal(false);
    }
    expect(await panel.store.get('alice')).to.equal(before);
    expect(panel.told()).to.deep.equal(['imported']);

    panel.now += 120_000;
    const token = phoneWith(panel, KEY, TOKEN_PARAMETERS);
    expect(await panel.secondFactor.verify('alice', token.code())).to.include({ ok: true });
    const used = await panel.store.get('alice');
    expect(await admin.import('alice', TOKEN)).to.equal(false);
    expect(await panel.store.get('alice')).to.equal(used);
  });

  it('refuses an account that has any other authenticator, and the same secret with other codes', async () => {
    const panel = await startPanel();
    const { admin } = panel.secondFactor;
    await enrolled(panel, 'bob');
    expect(await caught(admin.import('bob', TOKEN))).to.include({ code: 'already-enrolled' });
    await admin.import('alice', TOKEN);
    const before = await panel.store.get('alice');
    for (const other of [{ digits: 6 }, { algorithm: 'sha1' }, { period: 30 }] as const) {
      const given = { ...TOKEN, ...other } as ImportedSecret;
      expect(await caught(admin.import('alice', given))).to.include({ code: 'already-enrolled' });
    }
    expect(await panel.store.get('alice')).to.equal(before);
  });

  it('writes the flag of the application again where it says otherwise, and only there', async () => {
    const flags = new Map<string, boolean>();
    let writes = 0;
    const panel = await startPanel({
      options: {
        account: ({ id, login }) => ({ id, name: login, securityStamp: 1, enrolled: flags.get(id) ?? false }),
        setEnrolled: (id, isEnrolled) => {
          writes += 1;
          flags.set(id, isEnrolled);
        },
      },
    });
    const { admin } = panel.secondFactor;
    await admin.import('alice', TOKEN);
    expect([writes, flags.get('alice')]).to.deep.equal([1, true]);
    expect(await admin.import('alice', TOKEN)).to.equal(false);
    expect(writes).to.equal(1);
    flags.set('alice', false); // the table was restored
    expect(await admin.import('alice', TOKEN)).to.equal(false);
    expect([writes, flags.get('alice')]).to.deep.equal([2, true]);
    expect(panel.told()).to.deep.equal(['imported']);
  });

  it('writes a flag that could not be written the first time, of a record that could not be taken back', async () => {
    const flags = new Map<string, boolean>();
    let isDown = true;
    const panel = await startPanel({
      options: {
        account: ({ id, login }) => ({ id, name: login, securityStamp: 1, enrolled: flags.get(id) ?? false }),
        setEnrolled: (id, isEnrolled) => {
          if (isDown) throw new Error('the table is locked');
          flags.set(id, isEnrolled);
        },
      },
    });
    const { compareAndSet } = panel.store;
    panel.store.compareAndSet = async (id, expected, next, deadline) => {
      if (next === null) throw new Error('the connection was lost');
      return compareAndSet(id, expected, next, deadline);
    };
    const { admin } = panel.secondFactor;
    expect(await caught(admin.import('alice', TOKEN))).to.include({ code: 'store-unavailable' });
    const before = await panel.store.get('alice');
    expect([before === null, flags.get('alice')]).to.deep.equal([false, undefined]);
    isDown = false;
    expect(await admin.import('alice', TOKEN)).to.equal(false);
    expect([await panel.store.get('alice'), flags.get('alice')]).to.deep.equal([before, true]);
    expect(panel.told().filter((name) => name === 'imported')).to.have.length(1);
  });

  it('counts once when both come at one moment', async () => {
    const panel = await startPanel();
    const { admin } = panel.secondFactor;
    const both = await Promise.all([admin.import('alice', TOKEN), admin.import('alice', TOKEN)]);
    expect(both.sort()).to.deep.equal([false, true]);
    expect(panel.told()).to.deep.equal(['imported']);
  });
});
