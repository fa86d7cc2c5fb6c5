import { SegmentedMessage } from 'sms-segments-calculator';

/** How a text is encoded: with the alphabet of GSM 03.38, or, if one character is not in that, with two bytes for each. */
type Encoding = 'GSM-7' | 'UCS-2';

/** How a text is sent: a segment has 160 characters of GSM-7 (the 10 of its extension, such as €, count twice) or 70 of UCS-2, fewer where there are several. */
export interface Segmented {
  encoding: Encoding;
  segments: number;
}

/** Counts the segments of a text. No provider is asked to replace characters by similar ones, hence none is counted so. */
export function countSegments(text: string): Segmented {
  const { encodingName: encoding, segmentsCount: segments } = new SegmentedMessage(text, 'auto', false);
  return { encoding, segments };
}

/** The characters of a text that are not in GSM-7, each once, in order. */
export function charactersOutsideGsm(text: string): string[] {
  return [...new Set(new SegmentedMessage(text, 'auto', false).getNonGsmCharacters())];
}
