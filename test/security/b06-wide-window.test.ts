import { expect } from 'chai';
import { warningsOf } from '../support/warnings.js';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enroll, loggedIn } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';

const STEP_MILLISECONDS = 30_000;

describe('B6: a window that is far too wide', () => {
  onEachPanel((start) => {
    /** The steps, counted from the present one, whose codes open a fresh panel. */
    async function accepted(options: { window?: number }, steps: readonly number[]): Promise<number[]> {
      const panel = await start({ options });
      const phone = await enroll(panel);
      const opened: number[] = [];
      panel.now += 20 * STEP_MILLISECONDS;
      for (const step of steps) {
        const client = await loggedIn(panel);
        const present = panel.now;
        panel.now += (step - 1) * STEP_MILLISECONDS; // the phone goes one step ahead
        const code = phone.nextCode();
        panel.now = present;
        if ((await client.post('/two-step/verify', { code })).status === 200) opened.push(step);
      }
      return opened;
    }

    it('accepts exactly one code with window 0', async () => {
      expect(await accepted({ window: 0 }, [-2, -1, 1, 2])).to.deep.equal([]);
      expect(await accepted({ window: 0 }, [0])).to.deep.equal([0]);
    });

    it('refuses codes two steps away by default', async () => {
      expect(await accepted({}, [-2, 2, -3, 3])).to.deep.equal([]);
      expect(await accepted({}, [-1, 0, 1])).to.deep.equal([-1, 0, 1]);
    });

    it('does not grow with the offset that was learned', async () => {
      const panel = await start();
      const phone = await enroll(panel);
      const client = await loggedIn(panel);
      panel.now -= STEP_MILLISECONDS; // the phone is one step ahead, and that is learned
      await client.post('/two-step/verify', { code: phone.nextCode() });
      await new Client(panel).login('alice');
      const present = panel.now;
      panel.now += 4 * STEP_MILLISECONDS;
      const far = phone.nextCode();
      panel.now = present;
      const other = await loggedIn(panel);
      expect((await other.post('/two-step/verify', { code: far })).body.code).to.equal('code-invalid');
    });
  });

  afterEach(stopPanels);

  it('warns about a window above 1, and refuses one above 10', async () => {
    const warnings = await warningsOf(() => startPanel({ options: { window: 2 } }));
    expect(warnings.map(({ message }) => message).join()).to.include('RFC 6238');
    expect(await warningsOf(() => startPanel({ options: { window: 1 } }))).to.deep.equal([]);
    const refused = await startPanel({ options: { window: 11 } }).catch((error: unknown) => error);
    expect(refused).to.include({ code: 'option-invalid' });
  });
});
