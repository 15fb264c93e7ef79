import { expect } from 'chai';
import express from 'express';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enroll, enrolled, loggedIn } from '../support/people.js';
import type { Panel } from '../support/panel.js';

describe('L4: a sub-application with its own passport.session() after a demotion', () => {
  onEachPanel((start) => {
    it('finds no user: not of a waiting sign-in, and not of a session that lost its rights', async () => {
      const panel: Panel = await start({
        routes({ app, passport }) {
          const sub = express();
          sub.use(passport.initialize(), passport.session());
          sub.get('/', (req, res) => res.json({ user: req.user ?? null, in: req.isAuthenticated() }));
          app.use('/sub', sub);
        },
      });
      const nobody = { user: null, in: false };
      const before = await loggedIn(panel);
      await enroll(panel);
      expect((await before.get('/sub')).body, 'enrolled elsewhere').to.deep.equal(nobody);
      expect((await (await loggedIn(panel)).get('/sub')).body, 'waiting').to.deep.equal(nobody);
      await panel.secondFactor.admin.disable('alice', { by: 'operator' });
      const { client } = await enrolled(panel);
      expect((await client.get('/sub')).body.in).to.equal(true);
      panel.users[0]!.passwordChangedAt = 2;
      expect((await client.get('/sub')).body, 'another password').to.deep.equal(nobody);
      expect((await new Client(panel).get('/sub', { cookie: client.cookie })).body).to.deep.equal(nobody);
    });
  });
});
