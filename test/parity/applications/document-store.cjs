const { Store } = require('express-session');

/** A session store of Mongo's kind: documents in JSON with a date, asynchronous functions, answers that overtake each other. */
class DocumentStore extends Store {
  constructor() {
    super();
    this.documents = new Map();
    this.turn = 0;
    setImmediate(() => this.emit('connect'));
  }

  /** Every second answer comes one turn of the event loop later, as from a pool of connections. */
  async #answered() {
    this.turn += 1;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.turn % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
  }

  async get(sid, callback) {
    await this.#answered();
    const document = this.documents.get(sid);
    if (!document || document.expires < new Date()) return callback(null, undefined);
    this.emit('get', sid);
    callback(null, JSON.parse(document.session));
  }

  async set(sid, session, callback = () => {}) {
    const expires = session.cookie?.expires
      ? new Date(session.cookie.expires)
      : new Date(Date.now() + 14 * 86_400_000);
    const text = JSON.stringify(session);
    await this.#answered();
    const created = !this.documents.has(sid);
    this.documents.set(sid, { session: text, expires });
    this.emit(created ? 'create' : 'update', sid);
    callback(null);
  }

  async touch(sid, session, callback = () => {}) {
    await this.#answered();
    const document = this.documents.get(sid);
    if (!document) return callback(new Error('Unable to find the session to touch'));
    if (session.cookie?.expires) document.expires = new Date(session.cookie.expires);
    callback(null);
  }

  async destroy(sid, callback = () => {}) {
    await this.#answered();
    this.documents.delete(sid);
    this.emit('destroy', sid);
    callback(null);
  }

  async clear(callback = () => {}) {
    await this.#answered();
    this.documents.clear();
    callback(null);
  }
}

exports.DocumentStore = DocumentStore;
