import { describe, expect, test } from 'vitest';
import { contrast, lchOf } from '../../../../src/self-service/brand/colour.ts';
import { deriveColours } from '../../../../src/self-service/brand/derive.ts';

/** Every colour of a grid, greys and the corners of the cube among them, and some that lie between. */
const COLOURS = [0, 17, 51, 85, 119, 153, 187, 221, 255].flatMap((red, _, steps) =>
  steps.flatMap((green) => steps.map((blue) => hex((red + (green === 51 ? 3 : 0)) % 256, green, blue))),
);

function hex(...parts: number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

const hueBetween = (one: number, other: number): number => Math.abs(((one - other + 540) % 360) - 180);

describe('of every colour that a tenant may give', () => {
  const derived = COLOURS.map((given) => deriveColours(given));
  const schemes = derived.flatMap(({ given, light, dark }) => [
    { given, name: 'light', ...light },
    { given, name: 'dark', ...dark },
  ]);

  test('every promised ratio holds', () => {
    const broken = schemes.flatMap(({ given, name, contrasts }) =>
      contrasts.filter(({ ratio, least }) => ratio < least).map((each) => ({ given, name, ...each })),
    );
    expect(broken).toEqual([]);
    expect(schemes).toHaveLength(2 * 9 ** 3);
    expect(schemes.every(({ contrasts }) => contrasts.length === 9)).toBe(true);
  });

  test('the ratios are those of the colours', () => {
    for (const { colours, contrasts } of schemes) {
      const ratio = contrast(colours.onBrand, colours.brand);
      expect(contrasts[0]?.ratio).toBe(Math.floor(ratio * 100) / 100);
    }
  });

  test('words on it are white or ink, whichever contrasts more', () => {
    for (const { colours } of schemes) {
      const better = contrast('#ffffff', colours.brand) >= contrast('#15201f', colours.brand);
      expect(colours.onBrand).toBe(better ? '#ffffff' : '#15201f');
    }
  });

  test('the hue stays, as far as it can be seen', () => {
    const turned = schemes.filter(({ given, colours }) => {
      const [before, after] = [lchOf(given), lchOf(colours.brand)];
      return Math.min(before.c, after.c) > 0.03 && hueBetween(before.h, after.h) > 3;
    });
    expect(turned).toEqual([]);
  });

  test('it is moved only where a ratio asks for it, and in the dark it only gets lighter and paler', () => {
    for (const { given, light, dark } of derived) {
      expect(light.moved).toBe(light.colours.brand !== given);
      const [asked, used] = [lchOf(given), lchOf(dark.colours.brand)];
      expect(used.l).toBeGreaterThan(asked.l - 0.004);
      expect(used.c).toBeLessThan(0.122);
    }
  });
});

test('a colour that can be read is used as it is', () => {
  const { light } = deriveColours('#b3401a');
  expect(light).toMatchObject({
    moved: false,
    colours: { brand: '#b3401a', onBrand: '#ffffff', brandText: '#b3401a' },
  });
  expect(light.contrasts).toContainEqual({ colour: 'onBrand', on: 'brand', ratio: 5.72, least: 4.5 });
});

test('a colour that cannot be seen on white gets darker, and its words are dark', () => {
  const { given, light, dark } = deriveColours('#ffcc00');
  expect(given).toBe('#ffcc00');
  expect(light).toMatchObject({ moved: true, colours: { brand: '#ae8a00', onBrand: '#15201f' } });
  expect(lchOf(light.colours.brand).l).toBeLessThan(lchOf(given).l);
  expect(dark.colours.onBrand).toBe('#15201f');
});

test.each(['#000000', '#ffffff', '#808080'])('%s, which has no hue, stays grey', (given) => {
  const { light, dark } = deriveColours(given);
  expect(lchOf(light.colours.brand).c).toBeLessThan(0.001);
  expect(lchOf(dark.colours.brand).c).toBeLessThan(0.001);
});
