const FORM = 'application/x-www-form-urlencoded';
const KEYS = Array.from({ length: 100_000 }, (_, i) => `k${i}`);
/** Very long and very deep bodies, each with its type. */
export const LONG_BODIES: readonly [body: string, type: string][] = [
  [JSON.stringify({ code: '1'.repeat(1_000_000) }), 'application/json'],
  [JSON.stringify({ code: `${' '.repeat(16_000)}x` }), 'application/json'],
  [JSON.stringify({ code: '1'.repeat(10_000) }), 'application/json'],
  [JSON.stringify({ code: '- '.repeat(5000) }), 'application/json'],
  [JSON.stringify(Object.fromEntries(KEYS.map((key) => [key, 1]))), 'application/json'],
  ['['.repeat(8000) + ']'.repeat(8000), 'application/json'],
  [`{"code":${'{"a":'.repeat(2500)}1${'}'.repeat(2500)}}`, 'application/json'],
  [KEYS.join('=&'), FORM],
  [Array.from({ length: 60 }, (_, i) => `k${i}=1`).join('&'), FORM],
  [`code=${'%31'.repeat(5000)}`, FORM],
  [`code${'[a]'.repeat(3000)}=1`, FORM],
];
