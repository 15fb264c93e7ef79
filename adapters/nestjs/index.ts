export type { NestContext } from './nest-context.js';
export { SecondFactorFilter } from './second-factor-filter.js';
export { SecondFactorGuard } from './second-factor-guard.js';
export { SecondFactorRefusedError } from './second-factor-refused-error.js';
