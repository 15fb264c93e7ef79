import { join } from 'node:path';
import express from 'express';
import type { RequestHandler } from 'express';

/** The style sheet and the icon: the same for everybody, so they are cached and need no session. */
export function servePublicFiles(): RequestHandler {
  return express.static(join(import.meta.dirname, 'public'), {
    index: false,
    setHeaders(res) {
      res.setHeader('Cache-Control', 'public, max-age=3600');
      res.removeHeader('Vary');
    },
  });
}
