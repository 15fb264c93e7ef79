import type { Run } from './figures.js';
export function pictureOf(run: Run): string { return JSON.stringify(run) }
