import { expect } from 'chai';
import type { Request } from 'express';
import session from 'express-session';
import { Client } from '../support/client.js';
import { startPanel, stopPanels, user } from '../support/panel.js';

type Done = (error?: unknown, found?: session.SessionData | null) => void;

/** A store that calls back before its functions return, as those of better-sqlite3 do. */
class StoreAtOnce extends session.Store {
  readonly #sessions = new Map<string, string>();

  override get(id: string, done: Done): void {
    const text = this.#sessions.get(id);
    done(null, text === undefined ? null : (JSON.parse(text) as session.SessionData));
  }
  override set(id: string, data: session.SessionData, done?: Done): void {
    this.#sessions.set(id, JSON.stringify(data));
    done?.();
  }
  override destroy(id: string, done?: Done): void {
    this.#sessions.delete(id);
    done?.();
  }
}

type Call = (req: Request, done: (error?: unknown) => void) => void;

/** What takes a callback of the application. */
const CALLS: Readonly<Record<string, Call>> = {
  'req.logIn': (req, done) => req.logIn(user('bob'), done),
  'req.logOut': (req, done) => req.logOut(done),
  'session.save': (req, done) => req.session.save(done),
  'session.reload': (req, done) => req.session.reload(done),
  'session.regenerate': (req, done) => req.session.regenerate(done),
  'session.destroy': (req, done) => req.session.destroy(done),
};

describe('session stores that call back at once', () => {
  afterEach(stopPanels);

  /** What applications do with the error that their callback gets. */
  const answers = {
    'hands on': (error: unknown, next: (error: unknown) => void): void => next(error),
    throws: (error: unknown): void => {
      throw error;
    },
  };

  for (const [name, call] of Object.entries(CALLS)) {
    for (const [does, answer] of Object.entries(answers)) {
      it(`lets the error handler answer what a callback of ${name} throws that ${does} an error, as without the package`, async () => {
        for (const bare of [true, false]) {
          const panel = await startPanel({
            bare,
            session: { store: new StoreAtOnce() },
            routes: ({ app }) =>
              app.post('/throws', (req, _res, next) => {
                call(req, (error) => {
                  if (!error) throw new Error('thrown in a callback');
                  answer(error, next);
                });
              }),
          });
          const client = new Client(panel);
          await client.login('bob');
          const { status, body } = await client.post('/throws');
          expect({ bare, status, code: body.code }).to.deep.equal({
            bare,
            status: 500,
            code: 'thrown in a callback',
          });
        }
      });
    }
  }
});
