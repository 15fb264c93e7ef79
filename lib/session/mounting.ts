import { SecondFactorError } from '../errors.js';
import type { WarnOnce } from './warn-once.js';

/** Where a router is mounted: a path from the root of the application; `null`: Express does not tell. */
export type Place = string | null;

/** What one instance knows about how the application mounted it. */
export interface Mounting {
  /** The router was made. */
  addRouter(): void;
  /** The router was mounted. The places are known once the whole application is built. */
  addMount(places: () => readonly Place[]): void;
  /** The application uses the strategy, for a code route of its own. */
  useStrategy(): void;
  /** A request came. The first one warns if no browser will find the router. */
  atRequest(): void;
  /** The router got a request at a place. Warns, once, if no browser will find the router there. */
  atRouter(place: string): void;
  /** A page of ours was not found, and no router of ours was called. Warns, once. */
  atNotFound(path: string): void;
  /**
   * Makes sure that `basePath` leads to the router, before a browser is sent there.
   *
   * @throws {SecondFactorError} `router-not-mounted`
   */
  requireRouter(): void;
}

/** How a place compares with `basePath`. */
type Fit = 'there' | 'may-be-there' | 'elsewhere';

/** The state for a new instance. */
export function createMounting(basePath: string, warnOnce: WarnOnce): Mounting {
  const mounts: (() => readonly Place[])[] = [];
  let routers = 0;
  let ownRoute = false;
  let asked = false;

  const warn = (what: string): void => {
    warnOnce(`${what}. ${fix(basePath)}`, { code: 'SECOND_FACTOR_ROUTER' });
  };
  const assess = (): { readonly fit: Fit; readonly listed: string } => {
    const places = mounts.flatMap((placesOf) => placesOf());
    // If fewer places are known, the router is mounted through a Router of Express, or by another framework. These tell
    // nothing.
    const fits = mounts.length < routers ? [] : places.map((place) => fitOf(place, basePath));
    const fit = (['there', 'may-be-there'] as const).find((each) => fits.includes(each)) ?? 'elsewhere';
    return {
      fit: fits.length === 0 ? 'there' : fit,
      listed: places.map((at) => (at === '' ? '/' : at)).join(' and '),
    };
  };

  return {
    addRouter: () => void (routers += 1),
    addMount: (places) => void mounts.push(places),
    useStrategy: () => void (ownRoute = true),
    atRequest() {
      if (asked) return;
      asked = true;
      const { fit, listed } = assess();
      if (fit !== 'there') warn(`secondFactor.router() is mounted at ${listed}`);
    },
    atRouter(place) {
      if (fitOf(place, basePath) !== 'there') warn(`secondFactor.router() got a request at ${place}`);
    },
    atNotFound(path) {
      warn(`${path} was not found, and secondFactor.router() did not get the request`);
    },
    requireRouter() {
      const { fit, listed } = assess();
      if (routers > 0 ? fit !== 'elsewhere' : ownRoute) return;
      const what = routers > 0 ? `is mounted at ${listed}` : 'was never called';
      throw new SecondFactorError('router-not-mounted', `secondFactor.router() ${what}. ${fix(basePath)}`);
    },
  };
}

function fix(basePath: string): string {
  return `Browsers are sent to ${basePath}, which is basePath: mount it there, app.use('${basePath}', secondFactor.router())`;
}

/**
 * A proxy may strip a prefix that `basePath` has. A proxy that adds a prefix is rare. A sub-application whose prefix is
 * missing in `basePath` is not.
 */
function fitOf(place: Place, basePath: string): Fit {
  if (place === null) return 'there';
  const [mounted, wanted] = [place.toLowerCase(), basePath.toLowerCase()];
  if (mounted !== '' && wanted.endsWith(mounted)) return 'there';
  return mounted === '' || mounted.endsWith(wanted) ? 'may-be-there' : 'elsewhere';
}
