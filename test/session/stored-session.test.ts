import { expect } from 'chai';
import type { RequestSecondFactor } from 'passport-second-factor';
import { enrolled } from '../support/people.js';
import { startPanel, stopPanels } from '../support/panel.js';

describe('session/stored-session', () => {
  afterEach(stopPanels);

  /** What `recheck()` says, which looks at the stored session, while the session store answers so. */
  async function rechecked(
    answer: (done: (error: unknown, session?: object | null) => void) => void,
  ): Promise<unknown> {
    let kept: RequestSecondFactor | undefined;
    const panel = await startPanel({
      routes: ({ app }) =>
        app.get('/keep', (req, res) => {
          kept = req.secondFactor;
          res.json({});
        }),
    });
    const { client } = await enrolled(panel);
    await client.get('/keep');
    expect(await kept?.recheck()).to.equal('verified');
    panel.sessionStore.get = (_id, done) => {
      answer(done as never);
    };
    return kept?.recheck().catch((error: unknown) => error);
  }

  it('passes on the error of a session store', async () => {
    const broken = new Error('the connection is closed');
    expect(
      await rechecked((done) => {
        done(broken);
      }),
    ).to.equal(broken);
  });

  it('makes an error of whatever else a session store reports', async () => {
    const error = await rechecked((done) => {
      done('broken');
    });
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({ message: 'the session store failed', cause: 'broken' });
  });

  it('takes a session for ended whose file the store does not find', async () => {
    const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    expect(
      await rechecked((done) => {
        done(missing);
      }),
    ).to.equal('anonymous');
  });

  it('takes a session for ended that the store does not have', async () => {
    expect(
      await rechecked((done) => {
        done(null, null);
      }),
    ).to.equal('anonymous');
    expect(
      await rechecked((done) => {
        done(undefined);
      }),
    ).to.equal('anonymous');
  });
});
