import type { Router } from 'express';
import type { Mounting, Place } from '../session/mounting.js';

/** An application of Express, as far as it tells where it is itself. */
interface Parent {
  readonly mountpath?: unknown;
  readonly parent?: Parent;
}

/**
 * Has Express tell where a router is mounted: as an application, it is handed `mountpath` and `parent` by
 * `app.use`, and then told so by the event `mount`.
 */
export function mountable(router: Router, mounting: Mounting): Router {
  const told = router as Router & Parent;
  mounting.addRouter();
  return Object.assign(told, {
    set: () => undefined,
    emit: () => {
      const { mountpath, parent } = told;
      // Its own parents may be mounted later.
      mounting.addMount(() => placesOf(mountpath, parent));
    },
  });
}

function placesOf(mountpath: unknown, parent: Parent | undefined): Place[] {
  return [mountpath].flat().map((path) => {
    const parts = [literal(path)];
    for (let app = parent; app?.parent; app = app.parent) parts.unshift(literal(app.mountpath));
    return parts.includes(null) ? null : parts.join('');
  });
}

/** A path without patterns, and without a slash at its end. */
function literal(path: unknown): Place {
  return typeof path === 'string' && /^[\w/.~%-]*$/.test(path) ? path.replace(/\/+$/, '') : null;
}
