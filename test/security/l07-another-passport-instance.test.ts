import { expect } from 'chai';
import express from 'express';
import passport from 'passport';
import type { RequestHandler } from 'express';
import { onEachPanel } from '../support/on-each-place.js';
import { Client } from '../support/client.js';
import { enrolled } from '../support/people.js';

describe('L7: another Passport instance of the process that signs in a customer called alice', () => {
  onEachPanel((start) => {
    it('is refused, and the account alice of the panel is untouched', async () => {
      const customers = new passport.Passport();
      customers.serializeUser((_user, done) => done(null, 'alice'));
      customers.deserializeUser((_id, done) => done(null, { id: 'alice', shop: true }));
      customers.use('shop', {
        authenticate(this: { success(user: object): void }) {
          this.success({ id: 'alice', shop: true });
        },
      } as never);
      const panel = await start({
        routes({ app }) {
          const shop = express.Router();
          shop.use(customers.initialize() as RequestHandler);
          shop.post('/login', customers.authenticate('shop') as RequestHandler, (req, res) => {
            res.json({ user: req.user });
          });
          app.use('/shop', shop);
        },
      });
      const { client } = await enrolled(panel);
      const before = await panel.store.get('alice');
      const stranger = new Client(panel);
      const { status, body } = await stranger.post('/shop/login');
      expect([status, body.code]).to.deep.equal([500, 'passport-instance']);
      expect(await stranger.me()).to.equal(null);
      expect((await stranger.get('/secret')).status).to.equal(401);
      expect(await panel.store.get('alice')).to.equal(before);
      expect((await client.get('/secret')).status, 'the owner goes on').to.equal(200);
    });
  });
});
