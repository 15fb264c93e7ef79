import { SecondFactorError } from '../errors.js';
import type { WarnOnce } from './warn-once.js';

/** Where a router is mounted, as far as Express tells: a path from the root of the application; `null`: unknown. */
export type Place = string | null;

/** What one instance knows of how the application mounted it. */
export interface Mounting {
  /** The router was made. */
  addRouter(): void;
  /** The router was mounted, at places that are known once the whole application is there. */
  addMount(places: () => readonly Place[]): void;
  /** The application took the strategy, for a code route of its own. */
  useStrategy(): void;
  /** A request comes: at the first one, warns of a router that no browser will find. */
  atRequest(): void;
  /** The router got a request at a place; warns, once, when no browser will find it there. */
  atRouter(place: string): void;
  /** A page of ours was not found, and no router of ours was asked; warns, once. */
  atNotFound(path: string): void;
  /**
   * Makes sure that somebody who is sent to `basePath` gets there.
   *
   * @throws {SecondFactorError} `router-not-mounted`
   */
  requireRouter(): void;
}

/** How a place agrees with `basePath`. */
type Fit = 'there' | 'may-be-there' | 'elsewhere';

/** The knowledge of an instance that was just made. */
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
    // Where fewer are known: mounted through a Router of Express, or by another framework, which tell nothing.
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
 * A proxy may strip a prefix that `basePath` has; one that puts a prefix in front is rare, and a sub-application
 * whose prefix was left out of `basePath` is not.
 */
function fitOf(place: Place, basePath: string): Fit {
  if (place === null) return 'there';
  const [mounted, wanted] = [place.toLowerCase(), basePath.toLowerCase()];
  if (mounted !== '' && wanted.endsWith(mounted)) return 'there';
  return mounted === '' || mounted.endsWith(wanted) ? 'may-be-there' : 'elsewhere';
}
