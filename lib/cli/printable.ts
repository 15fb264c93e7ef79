/** A text as {@link printable} gives it, on one line: account ids may hold anything but NUL. */
export function printableLine(text: string): string {
  return printable(text).replaceAll('\n', '\\u000a');
}

/**
 * A text without anything that a terminal would act on: names come from users. Control characters, and others that
 * are not seen, are written as JSON writes them; lines stay lines.
 */
export function printable(text: string): string {
  return text.replace(/(?!\n)\p{C}/gu, (character) =>
    Array.from({ length: character.length }, (_, place) => escaped(character.charCodeAt(place))).join(''),
  );
}

function escaped(codeUnit: number): string {
  return `\\u${codeUnit.toString(16).padStart(4, '0')}`;
}
