import type { Request } from 'express';
import type { ProofElsewhere } from 'passport-second-factor';
import { requireSecondFactor } from 'passport-second-factor';
import { Client } from './client.js';
import type { Answer } from './client.js';
import type { Panel, User } from './panel.js';
import { userOf } from './panel.js';

/** What a request asks of the strategy that stands for single sign-on. */
export interface SignOn {
  readonly login?: string;
  /** Whom it vouches for; by default who signs in. `null`: nobody. */
  readonly vouchFor?: string | null;
  /** How many seconds ago the second factor was proved there; by default 60. */
  readonly age?: number;
  readonly phishingResistant?: boolean;
}

type Verify = (req: Request, user: User, signOn: SignOn) => void;

/** Mounts `/sso`, and routes whose guards look at what was proved. */
export function singleSignOn(verify: Verify = (req, _user, signOn) => vouchAsAsked(req, signOn)) {
  return (panel: Panel): void => {
    const { app, passport } = panel;
    passport.use('sso', {
      authenticate(this: { success(user: User): void; error(error: unknown): void }, req: Request) {
        const signOn = JSON.parse(req.get('x-sign-on') ?? '{}') as SignOn;
        const found = { ...userOf(panel, signOn.login ?? 'alice') };
        Object.assign(req, { panel });
        try {
          verify(req, found, signOn);
          this.success(found);
        } catch (error) {
          this.error(error);
        }
      },
    } as never);
    app.get('/fresh', requireSecondFactor({ maxAge: 300 }), (_req, res) => void res.json({}));
    app.get('/by-key', requireSecondFactor({ phishingResistant: true }), (_req, res) => void res.json({}));
    app.get('/state', ({ secondFactor }, res) => {
      res.json({ state: secondFactor?.state, amr: secondFactor?.amr, verifiedAt: secondFactor?.verifiedAt });
    });
    app.post('/sso', passport.authenticate('sso'), (req, res) => {
      res.json({ user: (req.user as User).id });
    });
  };
}

/** Vouches for whom the request names. */
export function vouchAsAsked(
  req: Request,
  { login = 'alice', vouchFor, age = 60, phishingResistant }: SignOn,
): void {
  const { panel } = req as Request & { panel: Panel };
  const name = vouchFor === undefined ? login : vouchFor;
  if (name === null) return;
  const proof: ProofElsewhere = { at: new Date(panel.now - age * 1000), phishingResistant };
  req.secondFactor?.provenElsewhere(userOf(panel, name), proof);
}

/** Signs in by single sign-on. */
export function signOn(client: Client, asked: SignOn = {}, path = '/sso'): Promise<Answer> {
  return client.post(path, {}, { 'x-sign-on': JSON.stringify(asked) });
}

/** A client that signed in so, and the answer. */
export async function signedOn(
  panel: Panel,
  asked: SignOn = {},
): Promise<{ client: Client; answer: Answer }> {
  const client = new Client(panel);
  return { client, answer: await signOn(client, asked) };
}
