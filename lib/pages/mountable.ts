import type { Router } from 'express';
import type { Mounting, Place } from '../session/mounting.js';

/** An application of Express, as far as it tells where it is itself. */
interface Parent {
  readonly mountpath?: unknown;
  readonly parent?: Parent;
  readonly router?: Layers;
  readonly _router?: Layers;
}

interface Layers {
  readonly stack?: readonly { readonly handle?: unknown }[];
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
      showRoutes(router, parent);
    },
  });
}

/** Tools that list the routes of an application go by the stacks of its layers, which end at applications. */
function showRoutes({ stack }: Router, parent: Parent | undefined): void {
  // Express 4 throws where `router` is read.
  const handle: unknown = (parent?._router ?? parent?.router)?.stack?.at(-1)?.handle;
  if (typeof handle === 'function') Object.assign(handle, { stack });
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
