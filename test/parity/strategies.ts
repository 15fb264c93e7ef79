import { BOB } from './idiom.js';
import type { Panel } from '../support/panel.js';

/** What Passport gives a strategy to end with. */
interface Ways {
  success(user: object, info?: object): void;
  fail(challenge?: unknown, status?: number): void;
  redirect(url: string): void;
  pass(): void;
  error(error: Error): void;
}

const STRATEGIES: Readonly<Record<string, (ways: Ways) => void>> = {
  bob: (ways) => ways.success({ ...BOB }, { message: 'Welcome', type: 'notice', scope: 'all' }),
  refuses: (ways) => ways.fail('Realm one', 401),
  'refuses-too': (ways) => ways.fail({ message: 'Wrong', type: 'warn' }, 403),
  redirects: (ways) => ways.redirect('https://provider.example/authorize'),
  passes: (ways) => ways.pass(),
  breaks: (ways) => ways.error(new Error('the provider is down')),
};

/** Strategies that end in each way there is. */
export function useStrategies({ passport }: Panel): void {
  for (const [name, act] of Object.entries(STRATEGIES)) {
    passport.use(name, {
      authenticate(this: Ways) {
        act(this);
      },
    } as never);
  }
}
