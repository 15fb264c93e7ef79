import { expect } from 'chai';
import { lookUpSession } from '../../lib/session/look-up.js';

type Told = readonly [unknown, object | null];
type Get = Parameters<typeof lookUpSession>[0]['get'];

/** What is told of a session by a store that looks it up in this way. */
function told(get: Get): Told[] {
  const answers: Told[] = [];
  lookUpSession({ get }, 'an id', (error, session) => answers.push([error, session]));
  return answers;
}

describe('session/look-up', () => {
  const trouble = new Error('away');

  it('tells what the store says, and null for a session that is not there', () => {
    const session = {};
    expect(told((_id, done) => done(null, session as never))).to.deep.equal([[null, session]]);
    expect(told((_id, done) => done(null, undefined))).to.deep.equal([[null, null]]);
    expect(told((_id, done) => done(trouble))).to.deep.equal([[trouble, null]]);
  });

  it('takes a file that is not there for a session that is not', () => {
    const missing = Object.assign(new Error('no file'), { code: 'ENOENT' });
    expect(told((_id, done) => done(missing))).to.deep.equal([[null, null]]);
  });

  it('tells what a store throws instead of telling, so that nobody waits and no process ends', () => {
    const throwing: Get = () => {
      throw trouble;
    };
    expect(told(throwing)).to.deep.equal([[trouble, null]]);
  });

  it('tells nothing twice where what was told throws', () => {
    const answers: unknown[] = [];
    const looking = (): void => {
      lookUpSession({ get: (_id, done) => done(null, null) }, 'an id', (error) => {
        answers.push(error);
        throw trouble;
      });
    };
    expect(looking).to.throw('away');
    expect(answers).to.deep.equal([null]);
  });
});
