import type { Spread } from './statistics.js';

/** What a figure has to keep. */
export interface Mark {
  readonly of: 'value' | 'ratio';
  readonly bound: 'least' | 'most';
  readonly limit: number;
}

/** One line of a table. */
export interface Figure {
  readonly name: string;
  /** `null`: it was not measured; the note says why. */
  readonly value: number | null;
  readonly unit: string;
  /** How many times as much as another figure. */
  readonly ratio?: Spread;
  /** The name of that figure. */
  readonly against?: string;
  readonly mark?: Mark;
  readonly note?: string;
}

/** What one phase measured. */
export interface Section {
  readonly title: string;
  /** What was done, in whole sentences. */
  readonly text: string;
  readonly figures: readonly Figure[];
}

/** On what it was measured: nothing that names a machine. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly node: string;
  readonly redis: string;
}

/** What a run of the benchmark, or of the soak test, found. */
export interface Run {
  readonly machine: Machine;
  readonly sections: readonly Section[];
}

/** All that docs/performance.md says. */
export interface Figures {
  readonly bench: Run;
  readonly soak: Run;
}

/** Whether a figure keeps its mark; `null`: it has none, or was not measured. */
export function keepsMark({ value, ratio, mark }: Figure): boolean | null {
  const measured = mark?.of === 'ratio' ? ratio?.median : value;
  if (mark === undefined || measured === undefined || measured === null) return null;
  return mark.bound === 'least' ? measured >= mark.limit : measured <= mark.limit;
}

/** A figure by its name, in whichever section it stands. */
export function figureOf({ sections }: Run, name: string): Figure | undefined {
  return sections.flatMap(({ figures }) => figures).find((figure) => figure.name === name);
}

/** A number as people read it: three digits, or whole from 100 on, with thin groups. */
export function written(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)));
}

/** What a mark asks for, in words. */
export function writtenMark({ bound, limit, of }: Mark, unit: string): string {
  const number = of === 'ratio' ? limit.toFixed(2) : `${written(limit)} ${unit}`.trim();
  return `at ${bound} ${number}`;
}

const HEAD = ['what', 'figure', 'ratio', 'of', 'mark'];

/** A section as the rows of a table, with its head. */
export function rowsOf(section: Section): string[][] {
  return [HEAD, ...section.figures.map(rowOf)];
}

function rowOf(figure: Figure): string[] {
  const { name, value, unit, ratio, against = '', mark, note } = figure;
  const number = value === null ? 'not measured' : `${written(value)} ${unit}`.trim();
  const kept = keepsMark(figure);
  const verdict = kept === null ? '' : kept ? ': kept' : ': missed';
  return [
    name,
    note === undefined ? number : `${number} (${note})`,
    ratio === undefined
      ? ''
      : `${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`,
    against,
    mark === undefined ? '' : `${writtenMark(mark, unit)}${verdict}`,
  ];
}
