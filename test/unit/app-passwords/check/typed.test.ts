import { describe, expect, test } from 'vitest';
import {
  foreignDomainOf,
  isNamed,
  mailboxOf,
  readTypedName,
  readTypedPassword,
} from '../../../../src/app-passwords/check/typed.ts';
import { generateAppPassword, groupInFours } from '../../../../src/app-passwords/generate.ts';

describe('a typed app password', () => {
  test('is 16 letters without and 19 with spaces, and comes back from every way of typing it', () => {
    for (const between of ['', ' ', '-', '\u00a0', '\u2009', '\u2011', '–', '\u3000', '\u00ad', '\n']) {
      const letters = generateAppPassword();
      expect(letters).toMatch(/^[a-z]{16}$/);
      expect(groupInFours(letters)).toHaveLength(19);
      const typed = groupInFours(letters).replaceAll(' ', between);
      expect(readTypedPassword(typed)).toBe(letters);
      expect(readTypedPassword(typed.toUpperCase())).toBe(letters);
    }
  });

  test('with the capital that a Turkish keyboard makes of an i is the same', () => {
    expect(readTypedPassword('İabc efgh')).toBe('iabcefgh');
  });

  test('in full-width letters is the same; of nothing but spaces, or endless, is none', () => {
    expect(readTypedPassword('ａｂｃｄ ｅｆｇｈ')).toBe('abcdefgh');
    for (const typed of ['', ' ', '--', '\u200b', 'x'.repeat(257)])
      expect(readTypedPassword(typed)).toBeNull();
  });
});

test('an id is a mailbox of its own where its domain is not among those of the tenant', () => {
  const of = (userId: string) => foreignDomainOf(userId, ['contoso.com', 'xn--sa-xia.se']);
  for (const userId of ['anna', 'anna@contoso.com', 'anna@Contoso.COM', 'anna@contoso.com.', 'anna@åsa.se'])
    expect(of(userId), userId).toBeNull();
  expect(of('anna@fabrikam.com')).toBe('fabrikam.com');
  expect(of('a@contoso.com@Fabrikam.com.')).toBe('fabrikam.com');
  expect(of('anna@')).toBe('');
  expect(of('anna@<>')).toBe('<>');
});

describe('a typed user name', () => {
  test.each([
    ['anna', 'anna', null],
    [' anna ', 'anna', null],
    ['anna@contoso.com', 'anna', 'contoso.com'],
    ['a@b@Contoso.com', 'a@b', 'contoso.com'],
    ['CONTOSO\\anna', 'anna', 'contoso'],
    ['anna@åsa.se', 'anna', 'xn--sa-xia.se'],
    ['anna@', 'anna@', null],
    ['@contoso.com', '@contoso.com', null],
    ['anna@a b', 'anna@a b', null],
  ])('%s', (typed, local, domain) => {
    expect(readTypedName(typed)).toMatchObject({ local, domain });
  });

  test.each(['', ' ', 'anna*admin', '*', 'an\nna', 'anna\u0000', 'anna\u0085', 'x'.repeat(257), '\ud800'])(
    'is none: %j',
    (typed) => expect(readTypedName(typed)).toBeNull(),
  );

  test('means a user by id, by mailbox, and in another case only where that makes no difference', () => {
    const means = (typed: string, userId: string, ignoreCase = true) =>
      isNamed(readTypedName(typed) as never, { userId, domains: ['contoso.com', 'contoso'] }, ignoreCase);
    for (const typed of ['anna', 'anna@contoso.com', 'CONTOSO\\Anna', 'ANNA'])
      for (const userId of ['anna', 'anna@contoso.com', 'Anna@Contoso.com'])
        expect(means(typed, userId)).toBe(true);
    expect(means('Anna', 'anna', false)).toBe(false);
    expect(means('anna@fabrikam.com', 'anna')).toBe(false);
    expect(means('anna@fabrikam.com', 'anna@fabrikam.com')).toBe(true);
    expect(means('fabrikam\\anna', 'anna')).toBe(false);
  });

  test('never chooses the mailbox: that is the id, with the first domain', () => {
    expect(mailboxOf('anna', ['contoso.com', 'contoso.se'])).toBe('anna@contoso.com');
    expect(mailboxOf('anna@fabrikam.com', ['contoso.com'])).toBe('anna@fabrikam.com');
    expect(mailboxOf('anna', [])).toBe('anna');
  });
});
