import { encodeQR } from 'qr';

/** Modules of white around it, which readers need (ISO/IEC 18004 §9.1). */
const QUIET_ZONE = 4;
/** The level that makes the smallest picture. Up to 7 % of the code may be misread, which is enough on a screen. */
const CORRECTION = 'low';

/** The QR code of a text as SVG; `null`: the text is too long for one. Made here, without any service. */
export function qrCode(text: string): string | null {
  try {
    return toSvg(encodeQR(text, 'raw', { ecc: CORRECTION, border: QUIET_ZONE }));
  } catch {
    return null;
  }
}

/** White below, and one black path in which neighbours of a row form one rectangle. */
function toSvg(modules: readonly (readonly boolean[])[]): string {
  const size = String(modules.length);
  const rows = modules.map((row, y) => rectangles(row, y)).join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<path fill="#ffffff" d="M0 0h${size}v${size}H0z"/><path fill="#000000" d="${rows}"/></svg>`
  );
}

function rectangles(row: readonly boolean[], y: number): string {
  let path = '';
  for (let x = 0; x < row.length; x++) {
    const start = x;
    while (row[x] === true) x++;
    const width = String(x - start);
    if (x > start) path += `M${String(start)} ${String(y)}h${width}v1h-${width}z`;
  }
  return path;
}
