import { encode } from 'uqr';
import { type Html, html } from './html.ts';

/** Four modules of light around it, as the standard asks (ISO/IEC 18004): without them cameras do not find it. */
const QUIET_ZONE = 4;
/** What fits in the largest code at this correction (a seventh may be unreadable). */
const MOST_BYTES = 2_331;

/** A QR code as a picture, black on white on dark pages too; undefined where `text` is too long for any. */
export function qrCode(text: string, label: string): Html | undefined {
  if (Buffer.byteLength(text) > MOST_BYTES) return undefined;
  const { size, data } = encode(text, { ecc: 'M', border: QUIET_ZONE });
  const rows = data.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')).join(''));
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}" shape-rendering="crispEdges"><path d="${rows.join('')}"/></svg>`;
}
