import QRCode from 'qrcode';

/** The QR code of a text as SVG, `null` when the text is too long for one. Made here, by nobody else. */
export async function qrCode(text: string): Promise<string | null> {
  try {
    return await QRCode.toString(text, { type: 'svg', errorCorrectionLevel: 'L', margin: 4 });
  } catch {
    return null;
  }
}
