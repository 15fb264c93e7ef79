import type { Figures } from './figures.js';
export const DOCUMENT = 'docs/performance.md';
export const PICTURE = 'docs/performance.svg';
export function documentOf(figures: Figures): string { return JSON.stringify(figures) }
