import type { Router } from 'express';
import type { Mounting, Place } from '../session/mounting.js';

/** An application of Express: the parts that say where it is mounted. */
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
 * Makes Express tell where a router is mounted. Because it looks like an application, `app.use` gives it `mountpath`
 * and `parent`, and then emits the event `mount`.
 */
export function mountable(router: Router, mounting: Mounting): Router {
  const told = router as Router & Parent;
  mounting.addRouter();
  return Object.assign(told, {
    set: () => undefined,
    emit: () => {
      const { mountpath, parent } = told;
      // Its parents may be mounted later.
      mounting.addMount(() => placesOf(mountpath, parent));
      showRoutes(router, parent);
    },
  });
}

/** Tools that list the routes of an application follow the stacks of its layers. They would stop at an application. */
function showRoutes({ stack }: Router, parent: Parent | undefined): void {
  // Express 4 throws if `router` is read.
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
