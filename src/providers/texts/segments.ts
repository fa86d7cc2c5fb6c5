import { SegmentedMessage } from 'sms-segments-calculator';

/** How a text is encoded: with the alphabet of GSM 03.38, or, if one character is not in that, with two bytes for each. */
type Encoding = 'GSM-7' | 'UCS-2';

/** How a text is sent: a segment has 160 characters of GSM-7 (the 10 of its extension, such as €, count twice) or 70 of UCS-2, fewer where there are several. */
export interface Segmented {
  encoding: Encoding;
  segments: number;
}

/** What one segment holds: characters of GSM-7, and UTF-16 code units of UCS-2. */
const ONE_SEGMENT = { gsm: 160, ucs: 70 };

/** Counts the segments of a text. No provider is asked to replace characters by similar ones, hence none is counted so. */
export function countSegments(text: string): Segmented {
  return inOneSegment(text) ?? counted(text);
}

/**
 * How a text is sent as one segment; null: it needs more. Each character is looked up once in the process: counting a whole text
 * with the package takes milliseconds, and every text of every language is counted at the start.
 */
export function inOneSegment(text: string): Segmented | null {
  if (text.length > ONE_SEGMENT.gsm) return null;
  const taken = Array.from(text, placesOf);
  if (taken.includes(OUTSIDE))
    return text.length > ONE_SEGMENT.ucs ? null : { encoding: 'UCS-2', segments: 1 };
  return taken.reduce((sum, each) => sum + each, 0) > ONE_SEGMENT.gsm
    ? null
    : { encoding: 'GSM-7', segments: 1 };
}

/** The characters of a text that are not in GSM-7, each once, in order. */
export function charactersOutsideGsm(text: string): string[] {
  const isOutside = (character: string) => placesOf(character) === OUTSIDE;
  if (!Array.from(text).some(isOutside)) return [];
  // Made here, not at the start, of which it would take a hundredth: few texts have such characters.
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  return [...new Set(characters.filter((character) => Array.from(character).some(isOutside)))];
}

/** Of a character that is not in GSM-7. */
const OUTSIDE = 0;

/** The places that characters (code points) take in GSM-7. */
const places = new Map<string, number>();
/** The most characters that are kept. */
const KEPT = 5_000;

function placesOf(character: string): number {
  const known = places.get(character);
  if (known !== undefined) return known;
  const { encodingName, numberOfCharacters } = new SegmentedMessage(character, 'auto', false);
  const taken = encodingName === 'GSM-7' ? numberOfCharacters : OUTSIDE;
  if (places.size >= KEPT) places.clear();
  places.set(character, taken);
  return taken;
}

function counted(text: string): Segmented {
  const { encodingName: encoding, segmentsCount: segments } = new SegmentedMessage(text, 'auto', false);
  return { encoding, segments };
}
