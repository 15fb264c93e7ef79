import passport from 'passport';
import type { PassportStatic } from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import type { User, Users } from './users.js';

/** Passport as any panel has it: login and password, and the account's id in the session. */
export function createPassport(users: Users): PassportStatic {
  const panelPassport = newPassport();
  panelPassport.use(
    new LocalStrategy((login: unknown, password: unknown, done) => {
      // A field that was sent twice is a list.
      if (typeof login !== 'string' || typeof password !== 'string') done(null, false);
      else users.byPassword(login, password).then((user) => done(null, user ?? false), done);
    }),
  );
  panelPassport.serializeUser<string>((user, done) => {
    done(null, (user as User).id);
  });
  panelPassport.deserializeUser<string>((id, done) => {
    users.byId(id).then((user) => done(null, user ?? false), done);
  });
  return panelPassport;
}

/** An instance of its own, so that two panels in one process do not meet. */
export function newPassport(): PassportStatic {
  return new passport.Passport() as PassportStatic;
}
