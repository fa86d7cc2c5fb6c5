/** A tenant's logo in its policy. */
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { safeSvg } from './svg/safe-svg.ts';

/** The largest logo, bytes. */
const MOST_LOGO_BYTES = 32 * 1024;
/** What editors add to an SVG is left out, so what is sent may be longer. */
const MOST_SVG_SENT = 2 * MOST_LOGO_BYTES;
/** The most pixels of a PNG in a row or column: a few bytes may stand for a picture that fills the memory. */
const MOST_PIXELS = 2_048;
const TOO_LARGE = `The picture must be at most ${MOST_LOGO_BYTES / 1024} kB large.`;

const PngData = z
  .string()
  .max(4 * Math.ceil(MOST_LOGO_BYTES / 3), TOO_LARGE)
  .superRefine((data, check) => {
    const message = pngProblem(data);
    if (message !== null) check.addIssue({ code: 'custom', message });
  })
  .meta({ description: 'The picture in base64, at most 32 kB and 2048 × 2048 pixels' });

const SvgData = z
  .string()
  .max(MOST_SVG_SENT, TOO_LARGE)
  .check((text) => {
    const made = safeSvg(text.value);
    const problem = 'problem' in made ? made.problem : isTooLarge(made.svg) ? TOO_LARGE : null;
    if (problem !== null) text.issues.push({ code: 'custom', message: problem, input: text.value });
    else if ('svg' in made) text.value = made.svg;
  })
  .meta({
    description:
      'The picture as text, at most 32 kB: shapes, text, gradients, clipPath and mask. It is kept without what is not seen; one with scripts, event handlers or references to anything outside is refused',
  });

/** Either kind of logo. An SVG comes out as it may be shown. */
export const Logo = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('image/png'), data: PngData }),
    z.strictObject({ type: z.literal('image/svg+xml'), data: SvgData }),
  ],
  { error: 'This must have the type image/png or image/svg+xml, and data.' },
);

const isTooLarge = (svg: string): boolean => Buffer.byteLength(svg) > MOST_LOGO_BYTES;

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const NOT_BASE64 = 'This must be base64, without line breaks.';
const NOT_PNG = 'This must be a whole PNG picture, from its signature to its end.';

function pngProblem(data: string): string | null {
  const bytes = Buffer.from(data, 'base64');
  if (bytes.toString('base64') !== data) return NOT_BASE64;
  if (bytes.length > MOST_LOGO_BYTES) return TOO_LARGE;
  if (!bytes.subarray(0, 8).equals(SIGNATURE) || !chunksAreWhole(bytes)) return NOT_PNG;
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  if (Math.max(width, height) > MOST_PIXELS || Math.min(width, height) === 0)
    return `The picture must be 1 to ${MOST_PIXELS} pixels wide and high.`;
  return null;
}

/** From IHDR to IEND, each with its checksum, and nothing behind (PNG, third edition, 5.3). */
function chunksAreWhole(bytes: Buffer): boolean {
  let at = SIGNATURE.length;
  while (at + 12 <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > bytes.length) return false;
    const name = bytes.toString('latin1', at + 4, at + 8);
    if ((name === 'IHDR') !== (at === SIGNATURE.length) || (name === 'IHDR' && length !== 13)) return false;
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) return false;
    if (name === 'IEND') return end === bytes.length;
    at = end;
  }
  return false;
}
