import { setImmediate as turn } from 'node:timers/promises';
import express from 'express';
import type { Response } from 'express';
import type { Store } from 'express-session';
import passport from 'passport';
import { useStrategies } from './strategies.js';
import type { Idiom, LooseRequest, LooseResponse } from './idiom.js';
import { told } from './idiom.js';
import { watchProcess } from './watch-process.js';
import { comparable } from './comparable.js';
import { Client } from '../support/client.js';
import type { Answer } from '../support/client.js';
import { startPanel, stopPanels, user } from '../support/panel.js';
import type { Panel } from '../support/panel.js';

/** The versions and the session store an idiom is run on. */
export interface Setting {
  readonly express: 4 | 5;
  readonly passport: 0.6 | 0.7;
  /** An empty store. */
  readonly emptyStore: () => Store | Promise<Store>;
}

/** All that can be seen of one run from outside. */
export type Trace = Readonly<Record<'answers' | 'notes' | 'errors' | 'process' | 'stored', unknown>>;

/** Runs one idiom, with or without the package. */
export async function runIdiom(idiom: Idiom, setting: Setting, withPackage: boolean): Promise<Trace> {
  const [, , { anonymous, body = {}, times = 1 } = {}] = idiom;
  const watch = watchProcess();
  const run = await start(idiom, setting, withPackage, watch.trouble);
  const client = new Client(run.panel);
  const answers: unknown[] = [];
  try {
    if (!anonymous) answers.push(visible(await client.login('bob')));
    const before = client.cookie;
    for (let time = 0; time < times; time++) {
      const asked = client.post('/act', body);
      // A request that ends in an exception of the process may never be answered.
      const answer = await Promise.race([asked, watch.trouble.then(() => run.settled())]);
      answers.push((answer ?? run.isAnswered()) ? visible(await asked) : 'no answer');
      if (answer === undefined && !run.isAnswered()) asked.catch(() => undefined);
    }
    await run.settled();
    if (watch.seen.length === 0) {
      answers.push(visible(await client.get('/seen')));
      if (before !== client.cookie) answers.push(visible(await client.get('/seen', { cookie: before })));
    }
    await run.settled();
    const stored = await run.stored();
    const { errors } = run.panel;
    return comparable({ answers, notes: run.notes, errors, process: watch.seen, stored }) as Trace;
  } finally {
    await stopPanels();
    watch.end();
  }
}

function visible({ status, headers, body, text }: Answer): object {
  return { status, headers, body: Object.keys(body).length > 0 ? body : text };
}

interface Run {
  readonly panel: Panel;
  readonly notes: unknown[];
  /** When the route is over, and all that it began in the session store. */
  settled(): Promise<undefined>;
  isAnswered(): boolean;
  /** All sessions there are. */
  stored(): Promise<unknown>;
}

async function start(
  [, act, parts = {}]: Idiom,
  setting: Setting,
  withPackage: boolean,
  trouble: Promise<unknown>,
): Promise<Run> {
  const notes: unknown[] = [];
  const ids = new Set<string>();
  const acts: Promise<unknown>[] = [];
  let answering: Response | undefined;
  const store = await setting.emptyStore();
  const { genid = () => `s${String(ids.size + 1)}` } = parts.session ?? {};
  const panel = await startPanel({
    express: setting.express,
    passport: setting.passport,
    bare: !withPackage,
    // An instance watches the Passport it is handed; one that is mounted nowhere is to have no part in this.
    options: withPackage ? {} : { passport: new passport.Passport() },
    users: ['bob', 'carol'].map((login) => user(login)),
    session: {
      ...parts.session,
      store,
      genid(req) {
        const id = genid(req);
        ids.add(id);
        return id;
      },
    },
    first(made) {
      useStrategies(made);
      parts.first?.(made);
    },
    routes(made) {
      made.app.post('/act', express.json(), (req, res, next) => {
        const loose = Object.assign(req, {
          note: (...seen: unknown[]) => notes.push(...seen),
        }) as unknown as LooseRequest;
        answering = res;
        let over = (): void => undefined;
        acts.push(new Promise<void>((resolve) => (over = resolve)));
        const result = tryAct(() => act(loose, res as unknown as LooseResponse, next, made), over);
        // Express 5 hears of its rejection, Express 4 does not: as without the bench.
        return result;
      });
      made.app.get('/seen', (req, res) => {
        const session = Object.fromEntries(
          Object.entries(req.session).filter(([key]) => key !== 'passportSecondFactor'),
        );
        res.json({ user: req.user ?? null, in: req.isAuthenticated(), session, id: req.sessionID });
      });
    },
  });
  return {
    panel,
    notes,
    isAnswered: () => answering?.writableEnded ?? false,
    async settled() {
      await Promise.race([Promise.all(acts), trouble]);
      for (let round = 0; round < 5; round++) {
        await told((done) => store.get('nobody', done));
        await turn();
      }
      return undefined;
    },
    async stored() {
      const found = [...ids].map(async (id) => [id, await told((done) => store.get(id, done))] as const);
      return Object.fromEntries(await Promise.all(found));
    },
  };
}

/** Calls a route, as Express would, and tells when it is over, whatever becomes of it. */
function tryAct(act: () => unknown, over: () => void): unknown {
  let result: unknown;
  try {
    result = act();
  } finally {
    if (!(result instanceof Promise)) over();
  }
  if (!(result instanceof Promise)) return undefined;
  return result.finally(over);
}
