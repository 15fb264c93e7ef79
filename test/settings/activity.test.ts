import { expect } from 'chai';
import type { ActivityEntry } from 'passport-second-factor';
import { memoryStore } from 'passport-second-factor/memory';
import { decodeRecord } from '../../lib/account/record.js';
import type { AccountRecord } from '../../lib/account/record.js';
import { Client } from '../support/client.js';
import { KEYS } from '../support/key-panel.js';
import { burst, enrolled, loggedIn, pending, phoneWith, verify } from '../support/people.js';
import { startPanel, stopPanels, userOf } from '../support/panel.js';
import type { Panel, PanelParts } from '../support/panel.js';
import { counting, sealerOf } from '../support/vaults.js';
import { BY, CHANGES, KEY } from './changes.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const DAY = 86_400_000;
/** What a change is told as, where that is not the name of its last event; `null`: it leaves no record. */
const OTHERWISE: Record<string, string | null> = {
  'a code at sign-in': 'signed-in',
  'a key at sign-in': 'signed-in',
  disabling: null,
  'spending the code to disable': null,
  'an operator who disables': null,
  'deleting an account': null,
};
/** Seals what there is anew, and adds nothing. */
const SEALING = 'sealing with a new key';

describe('settings/activity', () => {
  afterEach(stopPanels);

  const start = (
    recentActivity = true,
    store = memoryStore(),
    more: PanelParts['options'] = {},
  ): Promise<Panel> =>
    startPanel({
      store,
      options: {
        ...{ keys: [KEY], webauthn: KEYS, rememberBrowsers: { days: 30 }, recentActivity },
        ip: (req) => (req.headers['x-address'] as string | undefined) ?? '::ffff:203.0.113.7',
        ...more,
      },
    });

  async function recordOf({ store }: Panel): Promise<AccountRecord | null> {
    const sealed = await store.get('alice');
    return sealed === null ? null : decodeRecord(sealerOf(KEY).open('record', 'alice', sealed).text);
  }

  const read = async (client: Client): Promise<ActivityEntry[] | undefined> =>
    (await client.get('/two-step')).body.activity as ActivityEntry[] | undefined;
  const namesOf = async (client: Client): Promise<string[]> =>
    (await read(client))?.map(({ what }) => what) ?? [];

  for (const [name, change] of Object.entries(CHANGES).filter(([each]) => each !== SEALING)) {
    it(`is told of ${name}`, async () => {
      const panel = await start();
      const act = await change.prepare(panel, 60_000);
      const before = (await recordOf(panel))?.activity.length ?? 0;
      await act();
      const after = (await recordOf(panel))?.activity;
      const expected = name in OTHERWISE ? OTHERWISE[name] : change.told.at(-1);
      expect(after?.at(-1)?.what ?? null).to.equal(expected);
      if (after && expected !== 'locked') expect(after).to.have.length(before + 1);
    });
  }

  for (const [name, change] of Object.entries(CHANGES)) {
    it(`costs the store nothing more on ${name}`, async () => {
      const swaps: number[] = [];
      for (const on of [false, true]) {
        const store = counting(memoryStore());
        const act = await change.prepare(await start(on, store), 60_000);
        const before = store.calls.compareAndSet;
        await act();
        swaps.push(store.calls.compareAndSet - before);
      }
      expect(swaps[1]).to.equal(swaps[0]);
    });
  }

  it('keeps nothing without the option, and gives up what was kept at the next change', async () => {
    const off = await start(false);
    const { client, phone } = await enrolled(off);
    expect(await recordOf(off)).to.deep.include({ activity: [] });
    expect(await read(client)).to.equal(undefined);
    expect((await client.open('/two-step')).text).to.not.include('Recent activity');

    const on = await start(true, off.store);
    on.now = off.now + 60_000;
    const other = await pending(on);
    await verify(other, phone.code(2));
    expect(await namesOf(other)).to.deep.equal(['signed-in']);

    off.now += 120_000;
    expect((await verify(await pending(off), phone.code())).status).to.equal(200);
    expect(await recordOf(off)).to.deep.include({ activity: [] });
  });

  it('says what, when, where from and by which browser, the newest first', async () => {
    const panel = await start();
    const { phone } = await enrolled(panel);
    const client = await pending(panel);
    await verify(client, phone.wrongCode(), {}, { 'user-agent': FIREFOX, 'x-address': '198.51.100.4' });
    const code = phone.nextCode();
    await verify(client, code, { rememberBrowser: true }, { 'user-agent': FIREFOX });
    const at = new Date(Math.floor(panel.now / 1000) * 1000).toISOString();
    await panel.secondFactor.admin.unlock('alice', { by: 'Support\n\u202edesk' });
    expect(await read(client)).to.deep.equal([
      { what: 'unlocked', at, count: 1, ip: null, browser: null, by: 'Support desk' },
      ...[
        { what: 'browser-remembered', at, count: 1, ip: '203.0.113.7', browser: 'Firefox, Linux', by: null },
      ],
      {
        ...{ what: 'code-refused', count: 1, ip: '198.51.100.4', browser: 'Firefox, Linux', by: null },
        at: new Date(Math.floor((panel.now - 30_000) / 1000) * 1000).toISOString(),
      },
      {
        ...{ what: 'enrolled', count: 1, ip: '203.0.113.7', browser: null, by: null },
        at: new Date(Math.floor((panel.now - 30_000) / 1000) * 1000).toISOString(),
      },
    ]);
  });

  it('tells of a remembered browser once a day, when that is written down', async () => {
    const panel = await start();
    const { phone } = await enrolled(panel);
    const browser = await pending(panel);
    await verify(browser, phone.nextCode(), { rememberBrowser: true });
    const comeBack = async (): Promise<void> => {
      await browser.post('/logout');
      await browser.login('alice');
    };
    await comeBack();
    panel.now += DAY;
    await comeBack();
    await comeBack();
    expect((await namesOf(browser)).filter((what) => what === 'remembered-browser')).to.have.length(1);
  });

  it('shows five on the settings page, and the others below them', async () => {
    const panel = await start();
    const { client, phone } = await enrolled(panel);
    for (let times = 0; times < 6; times++) await verify(await pending(panel), phone.nextCode());
    const { text } = await client.open('/two-step');
    const section = /<section id="activity">.*?<\/section>/s.exec(text)?.[0] ?? '';
    const [shown = '', earlier = ''] = section.split('<details>');
    expect(shown.match(/<li>/g)).to.have.length(5);
    expect(earlier.match(/<li>/g)).to.have.length(2);
    expect(shown).to.include('<strong>Signed in</strong>').and.include('<bdi>203.0.113.7</bdi>');
    expect(earlier).to.include('Two-step authentication enabled');
  });

  it('shows what has just happened on a form that is shown again', async () => {
    const panel = await start();
    const { client, phone } = await enrolled(panel);
    const { text, status } = await client.submit('/two-step/disable', { code: phone.wrongCode() });
    expect(status).to.equal(401);
    expect(text).to.include('<strong>Wrong code</strong>');
  });

  it('shows nobody anything before the second step', async () => {
    const panel = await start();
    const { phone } = await enrolled(panel);
    const guesser = await pending(panel);
    await verify(guesser, phone.wrongCode(), {}, { 'x-address': '198.51.100.4' });
    for (const client of [guesser, new Client(panel), await loggedIn(panel, 'bob')]) {
      for (const path of ['/two-step', '/two-step/verify']) {
        expect((await client.get(path)).body).to.not.have.property('activity');
        const { text } = await client.open(path);
        expect(text).to.not.include('203.0.113.7').and.not.include('198.51.100.4');
      }
    }
  });

  it('keeps no entry of an addition that was undone, and every other one', async () => {
    const panel = await start();
    const { phone } = await enrolled(panel);
    const swap = panel.store.compareAndSet;
    const signIn = async (): Promise<Client> => {
      const client = await pending(panel);
      await verify(client, phone.nextCode());
      return client;
    };
    async function add(client: Client): Promise<number> {
      const { body } = await client.post('/two-step/setup', { add: true });
      const { status } = await client.post('/two-step/setup/confirm', {
        code: phoneWith(panel, String(body.key)).code(),
        id: body.id,
      });
      return status;
    }
    async function addInVain(client: Client): Promise<void> {
      const before = await recordOf(panel);
      panel.store.compareAndSet = async (...given) => {
        panel.store.compareAndSet = swap;
        const held = await swap(...given);
        userOf(panel).passwordChangedAt++;
        return held;
      };
      expect(await add(client)).to.equal(401);
      expect(before?.activity).to.have.length.above(1);
      expect(await recordOf(panel)).to.deep.equal(before);
    }
    await addInVain(await signIn());
    const client = await signIn();
    expect(await add(client)).to.equal(200);
    // The next one from the same place is counted together with it.
    await addInVain(client);
    expect(await namesOf(await signIn())).to.include('authenticator-added');
  });

  it('is gone with the second factor', async () => {
    const panel = await start();
    const { client, phone } = await enrolled(panel);
    await client.post('/two-step/disable', { code: phone.nextCode() });
    expect(await recordOf(panel)).to.equal(null);
    expect(await read(client)).to.equal(undefined);
    await enrolled(panel, 'alice', await loggedIn(panel));
    expect((await recordOf(panel))?.activity.map(({ what }) => what)).to.deep.equal(['enrolled']);
  });

  it('takes nothing of a user agent but known names, and no address that is none', async () => {
    const panel = await start();
    const { phone } = await enrolled(panel);
    const guesser = await pending(panel);
    const agents = [
      'A'.repeat(8_000),
      '<script>alert(1)</script>',
      `Firefox/1 \u00ad${'\t'.repeat(2_000)}Chrome/1`,
      `Mozilla/5.0 (Evil\u0085; Linux) Firefox/140.0 ${'x'.repeat(8_000)}`,
    ];
    const addresses = ['unknown', '1.2.3.4, 5.6.7.8', `fe80::1%${'z'.repeat(90)}`, '<b>'];
    for (const [place, agent] of agents.entries()) {
      await verify(guesser, phone.wrongCode(), {}, { 'user-agent': agent, 'x-address': addresses[place]! });
    }
    const kept = (await recordOf(panel))?.activity ?? [];
    expect(kept.map(({ what }) => what)).to.include('code-refused');
    for (const { ip, browser } of kept) {
      expect(ip).to.be.oneOf(['', '203.0.113.7']);
      expect(browser).to.match(/^[\w ,.]{0,40}$/);
    }
  });

  it('counts wrong codes at one moment, each once, and leaves what was before', async () => {
    const panel = await start();
    const { phone } = await enrolled(panel);
    const before = (await recordOf(panel))?.activity ?? [];
    const guessers = await burst(8, () => pending(panel));
    const codes = phone.wrongCodes(8);
    await burst(8, (place) => verify(guessers[place]!, codes[place]));
    const { activity = [], failures } = (await recordOf(panel)) ?? {};
    expect(failures).to.equal(5);
    expect(activity.slice(0, before.length)).to.deep.equal(before);
    expect(activity.slice(before.length)).to.have.length(1);
    expect(activity.at(-1)).to.include({ what: 'locked', count: 5 });
  });

  it('keeps nothing of an enrollment that is taken back, and does not keep it from being so', async () => {
    let guesses: Promise<unknown> = Promise.resolve();
    const panel = await start(true, memoryStore(), {
      async setEnrolled(_account, isEnrolled) {
        if (!isEnrolled) return;
        guesses = panel.secondFactor.verify('alice', '000000');
        await guesses;
        throw new Error('the table is away');
      },
    });
    const client = await loggedIn(panel);
    const { body } = await client.post('/two-step/setup');
    const code = phoneWith(panel, String(body.key)).code();
    expect((await client.post('/two-step/setup/confirm', { code })).status).to.equal(503);
    expect(await guesses).to.deep.include({ ok: false, reason: 'code-invalid' });
    expect(await recordOf(panel)).to.equal(null);
  });

  it('keeps what happened when sessions or factors are replaced', async () => {
    const panel = await start();
    const { client } = await enrolled(panel);
    await client.post('/two-step/sessions/end');
    await panel.secondFactor.admin.revokeBrowsers('alice', BY);
    expect(await namesOf(client)).to.deep.equal(['browsers-revoked', 'other-sessions-ended', 'enrolled']);
  });
});
