export { codeFor } from './code-for.js';
export { createMemorySecondFactor } from './memory-second-factor.js';
export type { MemoryOptions } from './memory-second-factor.js';
export { createTestClock } from './test-clock.js';
export type { TestClock } from './test-clock.js';
export { enableSecondFactor, giveCode } from './test-user.js';
export type { TestAgent, TestAnswer, TestUserOptions } from './test-user.js';
