import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** Hears of the passwords that are hashed in this process. */
export interface HeardScrypt {
  /** The N of each that began. */
  readonly costs: number[];
  /** Lets the next one begin, which resolves `begun`, and end only when it is released. */
  hold(): { readonly begun: Promise<void>; release(): void };
  /** Hears no more. */
  end(): void;
}

/** Stands before the scrypt of Node, which does its work as ever. */
export function hearScrypt(): HeardScrypt {
  const original = crypto.scrypt;
  const costs: number[] = [];
  let gate: ((go: () => void) => void) | undefined;

  function heard(...given: Parameters<typeof original>): void {
    const [password, salt, length, options, done] = given;
    const go = (): void => {
      original(password, salt, length, options, done);
    };
    costs.push(Number(options.N));
    const held = gate;
    gate = undefined;
    if (held) held(go);
    else go();
  }
  replace(heard as typeof original);
  return {
    costs,
    hold() {
      let release = (): void => undefined;
      const begun = new Promise<void>((resolve) => {
        gate = (go) => {
          release = go;
          resolve();
        };
      });
      return {
        begun,
        release: () => {
          release();
        },
      };
    },
    end: () => {
      replace(original);
    },
  };
}

function replace(scrypt: typeof crypto.scrypt): void {
  crypto.scrypt = scrypt;
  syncBuiltinESMExports();
}
