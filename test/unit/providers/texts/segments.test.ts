// Vectors of our own for the package that counts: GSM 03.38 and 3GPP 23.040, not what the package says of itself.
import { SegmentedMessage } from 'sms-segments-calculator';
import { describe, expect, it } from 'vitest';
import { charactersOutsideGsm, countSegments } from '../../../../src/providers/texts/segments.ts';

const EMOJI = '\u{1F600}';

describe('the segments of a text', () => {
  it.each<[what: string, text: string, encoding: 'GSM-7' | 'UCS-2', segments: number]>([
    ['160 characters', 'a'.repeat(160), 'GSM-7', 1],
    ['161 characters', 'a'.repeat(161), 'GSM-7', 2],
    ['2 times 153', 'a'.repeat(306), 'GSM-7', 2],
    ['one more than 2 times 153', 'a'.repeat(307), 'GSM-7', 3],
    ['70 of UCS-2', 'あ'.repeat(70), 'UCS-2', 1],
    ['71 of UCS-2', 'あ'.repeat(71), 'UCS-2', 2],
    ['2 times 67', 'あ'.repeat(134), 'UCS-2', 2],
    ['one more than 2 times 67', 'あ'.repeat(135), 'UCS-2', 3],
    ['an emoji at the end of 70', 'あ'.repeat(68) + EMOJI, 'UCS-2', 1],
    ['an emoji over the end of 70', 'あ'.repeat(69) + EMOJI, 'UCS-2', 2],
    ['an emoji at position 67, which is not split', `${'a'.repeat(66)}${EMOJI}${'a'.repeat(66)}`, 'UCS-2', 3],
    ['a line break', 'a\nb', 'GSM-7', 1],
  ])('%s', (_what, text, encoding, segments) => {
    expect(countSegments(text)).toEqual({ encoding, segments });
  });

  it.each(['€', '[', ']', '~', '{', '}', '\\', '^', '|'])(
    '%s counts twice in GSM-7 and once in UCS-2',
    (character) => {
      expect(countSegments('a'.repeat(158) + character)).toEqual({ encoding: 'GSM-7', segments: 1 });
      expect(countSegments('a'.repeat(159) + character)).toEqual({ encoding: 'GSM-7', segments: 2 });
      expect(countSegments(`あ${'a'.repeat(68)}${character}`)).toEqual({ encoding: 'UCS-2', segments: 1 });
      expect(countSegments(`あ${'a'.repeat(69)}${character}`)).toEqual({ encoding: 'UCS-2', segments: 2 });
    },
  );

  it('are of GSM-7 with every letter of that alphabet', () => {
    const letters = '@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà';
    expect(charactersOutsideGsm(letters)).toEqual([]);
    expect(countSegments(letters).encoding).toBe('GSM-7');
  });

  it('are of UCS-2 with one letter outside it, small ç too', () => {
    const letters = 'çóáíúêôãõłżśœ’–あ';
    expect(charactersOutsideGsm(`abc ${letters}`)).toEqual([...letters]);
    for (const letter of letters) expect(countSegments(letter).encoding).toBe('UCS-2');
  });

  it('are those that the package counts, for every character and for texts around the limits', () => {
    const counted = (text: string) => {
      const { encodingName: encoding, segmentsCount: segments } = new SegmentedMessage(text, 'auto', false);
      return { encoding, segments };
    };
    const letters = Array.from({ length: 0x180 }, (_, code) => String.fromCodePoint(code));
    const others = ['Δ', '€', 'あ', '\u0301', 'e\u0301', '\u200b', '\ud83d', EMOJI, '👩‍👩‍👧', '🇸🇪', '\r\n'];
    const around = others.flatMap((character) => [
      `${'a'.repeat(68)}${character}`,
      `${'a'.repeat(158)}${character}`,
    ]);
    for (const text of [...letters, ...others, ...around])
      expect([text, countSegments(text)]).toEqual([text, counted(text)]);
  });

  it('are named by their whole characters where one is not in GSM-7', () => {
    expect(charactersOutsideGsm('e\u0301e\u0301 👩‍👩‍👧 a')).toEqual(['e\u0301', '👩‍👩‍👧']);
  });
});
