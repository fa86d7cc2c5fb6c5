import { expect, test } from 'vitest';
import { parsePolicy } from '../../../../src/domain/policy.ts';
import { brandOf, coloursOf } from '../../../../src/self-service/brand/brand.ts';
import { png } from '../../../support/png.ts';

const policy = (selfService: object = {}) => parsePolicy({ selfService }, 'Contoso');

test('a tenant that says nothing has its own name and Poundkey’s colours', () => {
  const brand = brandOf(policy());
  expect(brand).toMatchObject({
    name: 'Contoso',
    logo: null,
    contact: null,
    helpUrl: null,
    privacyUrl: null,
  });
  expect(brand.stylesheet).toBe(
    ':root{--brand:#0b5a60;--on-brand:#ffffff;--brand-text:#0b5a60;--brand-edge:#063c41;--brand-hover:#0a4f55;--brand-soft:#e5f1f0;--brand-line:#b5d3d2}\n' +
      '@media (prefers-color-scheme:dark){:root{--brand:#62c4c5;--on-brand:#05292b;--brand-text:#7ad0d0;--brand-edge:#2f8587;--brand-hover:#79d0d0;--brand-soft:#15302f;--brand-line:#2a5251}}\n',
  );
  expect(brand.version).toMatch(/^[0-9a-f]{16}$/);
  expect(coloursOf(policy())).toBeNull();
});

test('a tenant’s colour, name, contact and addresses are those of its policy', () => {
  const contact = { name: 'Anna Berg, IT', email: 'it@contoso.example' };
  const links = { helpUrl: 'https://help.contoso.example/', privacyUrl: 'https://contoso.example/privacy' };
  const brand = brandOf(policy({ colour: '#b3401a', name: 'Contoso <Nordic>', contact, ...links }));
  expect(brand).toMatchObject({ name: 'Contoso <Nordic>', contact, ...links });
  expect(brand.stylesheet).toMatch(/^:root\{--brand:#b3401a;--on-brand:#ffffff;/);
  expect(brand.stylesheet).toMatch(/^[a-z0-9:;#@{}()\s-]+$/);
});

test('a logo is given as bytes', () => {
  const bytes = png(36, 36);
  const data = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><text>å</text></svg>';
  expect(brandOf(policy({ logo: { type: 'image/png', data: bytes.toString('base64') } })).logo).toEqual({
    type: 'image/png',
    bytes,
  });
  const svg = brandOf(policy({ logo: { type: 'image/svg+xml', data } })).logo;
  expect(svg?.bytes.toString('utf8')).toBe(data);
});

test('the version is another when colour or logo is another, and only then', () => {
  const logo = (size: number) => ({ logo: { type: 'image/png', data: png(size, size).toString('base64') } });
  const versions = [{}, { colour: '#b3401a' }, logo(8), logo(9)].map((each) => brandOf(policy(each)).version);
  expect(new Set(versions).size).toBe(4);
  expect(brandOf(policy({ name: 'Another', linkMinutes: 5 })).version).toBe(versions[0]);
});

test('is made once for a policy', () => {
  const one = policy({ colour: '#b3401a' });
  expect(brandOf(one)).toBe(brandOf(one));
});
