import { mock } from 'node:test';
import { expect } from 'chai';
import { createEndedSessions } from '../../lib/session/ended-sessions.js';

const MINUTE = 60_000;

describe('session/ended-sessions', () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => {
    mock.timers.reset();
  });

  it('knows an end longer than proxies wait for an answer, and then forgets it', () => {
    const ended = createEndedSessions();
    const moment = ended.begin();
    ended.end('a')(false);
    const has = (): boolean => ended.has('a', { own: moment, all: moment });
    mock.timers.tick(4 * MINUTE);
    expect(has()).to.equal(true);
    mock.timers.tick(MINUTE);
    expect(has()).to.equal(false);
  });
});
