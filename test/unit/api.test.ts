import { describe, expect, test } from 'vitest';
import { UserId } from '../../src/api.ts';

describe("a user's id", () => {
  test.each([
    'u-1842',
    'guest_example.com#EXT#@contoso.onmicrosoft.com',
    "o'brien@contoso.com",
    'CONTOSO\\asa',
    'CN=Åsa.Ek,OU=Växjö,DC=contoso,DC=com',
    'urn:idp:user?realm=a&b=c',
    'q7J4+x==',
    'a.b..c',
    '100%',
    '"quoted"<id>;{x}[y]`z`$1!*()^~|',
    'ユーザー１'.replace('１', '1'),
    'пользователь',
    '📞',
    'u'.repeat(128),
  ])('may be %j', (id) => {
    expect(UserId.parse(id)).toBe(id);
  });

  test.each([
    ['nothing', '', 'at least 1'],
    ['129 characters', 'u'.repeat(129), 'at most 128'],
    ['a line break', 'u\n1', 'printable'],
    ['a tab', 'u\t1', 'printable'],
    ['an escape sequence', 'u\u001b[31m', 'printable'],
    ['a NUL', 'u\u0000', 'printable'],
    ['half a surrogate pair', 'u\ud83d', 'printable'],
    ['a zero-width space', 'u\u200b1', 'printable'],
    ['a right-to-left override', '\u202eu', 'printable'],
    ['an invisible letter', 'u\u3164', 'printable'],
    ['a no-break space', 'u\u00a01', 'printable'],
    ['a private-use character', 'u\ue000', 'printable'],
    ['a space before it', ' u', 'without spaces'],
    ['a space after it', 'u ', 'without spaces'],
    ['a name with a space', 'Anna Svensson', 'without spaces'],
    ['an accent on its own', 'A\u030asa', 'one way'],
    ['full-width digits', 'u-１', 'one way'],
    ['a dot', '.', 'no slash'],
    ['two dots', '..', 'no slash'],
    ['two segments of a path', 'a/b', 'no slash'],
    ['a way out of a path', 'a/../b', 'no slash'],
  ])('may not be %s', (_what, id, rule) => {
    const { error } = UserId.safeParse(id, {
      error: ({ code }) =>
        code === 'too_big' ? 'at most 128' : code === 'too_small' ? 'at least 1' : undefined,
    });
    expect(error?.issues.map(({ message }) => message)).toEqual([expect.stringContaining(rule)]);
  });
});
