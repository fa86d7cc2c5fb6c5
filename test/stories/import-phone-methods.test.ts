// Numbers of many users at once: over the API, and from a file on the command line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { runBeside } from '../support/command-line.ts';
import { describeWorlds } from '../support/open-worlds.ts';

const directory = mkdtempSync(join(tmpdir(), 'poundkey-import-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describeWorlds('importing phone methods', ({ world }) => {
  const phonesOf = async (userId: string) =>
    (await world.api('GET', `/v1/users/${userId}/phone-methods`)).body.value;
  const importing = async (...value: object[]) =>
    (await world.api('POST', '/v1/phone-methods/import', { value })).body.value;

  describe('over the API', () => {
    test('enters numbers that count for nothing, and the same list again changes nothing', async () => {
      const list = [
        { userId: 'u-1', phoneType: 'alternateMobile', number: '070-123 45 68', country: 'SE' },
        { userId: 'u-1', phoneType: 'mobile', number: '070-123 45 67', country: 'SE' },
        { userId: 'u-2', number: '+46 8 123 456 78 ext. 12' },
      ];
      const first = await importing(...list);
      expect(first).toMatchObject([{ result: 'added' }, { result: 'added' }, { result: 'added' }]);
      const again = await importing(...list);
      expect(again).toEqual(first.map((each: object) => ({ ...each, result: 'unchanged' })));
      expect(await phonesOf('u-2')).toMatchObject([
        { phoneNumber: '+46 812345678x12', phoneType: 'office', verifiedAt: null, isDefault: false },
      ]);
      const events = world.db.selectFrom('auditEvent').select('type').where('userId', 'in', ['u-1', 'u-2']);
      expect(await events.execute()).toEqual(Array(3).fill({ type: 'phoneMethod.added' }));
    });

    test('says of each entry what is wrong with it, and holds up no other', async () => {
      const value = await importing(
        { userId: 'a user', number: '+46812345678' },
        { userId: 'u-3', number: '4.68E+10' },
        { userId: 'u-4', phoneType: 'fax', number: '+46812345678' },
        { userId: 'u-5', phoneType: 'alternateMobile', number: '+46701234567' },
        { userId: 'u-6', number: '08-12 34 56 79', country: 'SE' },
        { userId: 'u-6', number: '08-12 34 56 80', country: 'SE' },
        { userId: 'u-7', number: '+46812345678', country: 'Sweden' },
      );
      const codes = value.map(({ result, code }: Record<string, string>) => [result, code]);
      expect(codes).toEqual([
        ['refused', 'request.invalid'],
        ['refused', 'number.invalid'],
        ['refused', 'request.invalid'],
        ['refused', 'phoneMethod.mobileFirst'],
        ['added', null],
        ['refused', 'phoneMethod.listedTwice'],
        ['refused', 'request.invalid'],
      ]);
      expect(value[1].text).toContain('rounded');
    });

    test('never overwrites a verified number, and replaces one that nobody verified', async () => {
      const { userId, number } = await world.story('press-pound');
      const [before] = await phonesOf(userId);
      const other = { userId, number: world.newNumber() };
      expect(await importing(other)).toMatchObject([{ result: 'refused', code: 'phoneMethod.typeTaken' }]);
      expect(await importing({ userId, number: number.e164 })).toMatchObject([
        { result: 'unchanged', id: before.id },
      ]);
      expect(await phonesOf(userId)).toEqual([before]);
      await importing({ userId: 'u-8', number: world.newNumber() });
      expect(await importing({ userId: 'u-8', number: world.newNumber() })).toMatchObject([
        { result: 'changed' },
      ]);
    });

    test('ends the verification of a number that it replaces, so that its code is worth nothing', async () => {
      const [given, other] = ['+46701290001', '+46701290002'];
      const mobileOf = (userId: string, number: string) => ({ userId, phoneType: 'mobile', number });
      await importing(mobileOf('u-had-it', given), mobileOf('u-stays', other));
      const ids: string[] = [];
      for (const [userId, number] of [
        ['u-had-it', given],
        ['u-stays', other],
      ])
        ids.push((await world.api('POST', '/v1/verifications', { userId, number, channel: 'sms' })).body.id);
      await world.sendTexts();
      await importing(mobileOf('u-had-it', '+46701290003'), mobileOf('u-has-it', given));
      const [ended, goesOn] = ids;
      const check = (id = '', number = '') =>
        world.api('POST', `/v1/verifications/${id}/check`, { code: world.codeOn(number) });
      expect(await check(ended, given)).toMatchObject({ status: 409 });
      expect((await check(goesOn, other)).body.outcome).toBe('approved');
      await world.settle();
      expect(await world.read(ended ?? '')).toMatchObject({
        ...{ outcome: 'blocked', errorCode: 'phoneMethodRemoved' },
      });
      expect(await phonesOf('u-had-it')).toMatchObject([{ phoneNumber: '+46 701290003', verifiedAt: null }]);
    });

    test('takes a thousand numbers, and no more', async () => {
      const many = Array.from({ length: 1_000 }, (_, place) => ({
        userId: `many-${place}-${'x'.repeat(80)}`,
        number: `+46812${String(30_000 + place)}`,
      }));
      const value = await importing(...many);
      expect(value).toHaveLength(1_000);
      expect(value.filter(({ result }: { result: string }) => result !== 'added')).toEqual([]);
      const wrong = [
        [],
        [...many, { userId: 'u-9', number: '+46812345678' }],
        [{ userId: 'u-9', number: 46812345678 }],
      ];
      for (const list of wrong) {
        const refused = await world.api('POST', '/v1/phone-methods/import', { value: list });
        expect(refused).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
      }
    });
  });

  describe('from a file', () => {
    const file = (content: string | Buffer) => {
      const path = join(directory, `${crypto.randomUUID()}.csv`);
      writeFileSync(path, content);
      return path;
    };
    const poundkey = (content: string | Buffer, ...options: string[]) =>
      runBeside(world, ['import-phone-methods', 'contoso', file(content), ...options]);

    test('says of each line what became of it, and exits with 1 when one was refused', async () => {
      const content = [
        'userId;number;phoneType;country',
        'f-1;08-12 34 56 78;;SE',
        'f-2;+46\u200970\u2009123\u200945\u200967;mobile;',
        'f-3;46812345678;;',
        "f-4;'+46812345678;;",
        'f-5;4,68E+10;;',
        '',
        'f-6;+46812345678;;;more',
      ].join('\r\n');
      const said = await poundkey(`\uFEFF${content}`);
      expect(said.exitCode).toBe(1);
      const lines = said.output.split('\n');
      expect(lines[0]).toMatch(/^line 2 {2}f-1 {2}added/);
      expect(lines[1]).toMatch(/^line 3 {2}f-2 {2}added/);
      expect(lines[2]).toMatch(
        /^line 4 {2}f-3 {2}REFUSED: number: These digits begin with a country code \(that of SE\)/,
      );
      expect(lines[3]).toMatch(/^line 5 {2}f-4 {2}REFUSED: number: An apostrophe/);
      expect(lines[4]).toMatch(/^line 6 {2}f-5 {2}REFUSED: number: A spreadsheet has rounded/);
      expect(lines[5]).toMatch(/^line 8 {2}\? +REFUSED: This line has 5 cells/);
      expect(lines[6]).toBe('Lines: 6 (added: 2, refused: 4).');
      expect(said.output).not.toContain('12345678');
      expect(await phonesOf('f-2')).toMatchObject([{ phoneNumber: '+46 701234567', phoneType: 'mobile' }]);
    });

    test('shows on a terminal how far it is', async () => {
      const { isTTY } = process.stderr;
      const shown: string[] = [];
      const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
        shown.push(String(text));
        return true;
      });
      process.stderr.isTTY = true;
      try {
        await poundkey('userId,number\nbar-1,+46812345671\nbar-2,+46812345672\n');
      } finally {
        process.stderr.isTTY = isTTY;
        write.mockRestore();
      }
      expect(shown.join('')).toMatch(/2 of 2 lines/);
      expect(shown.join('')).not.toContain('12345671');
    });

    test('only looks at it with --dry-run', async () => {
      const said = await poundkey('user,phone\nd-1,+46812345678\nd-1,+46812345679\n', '--dry-run');
      expect(said.exitCode).toBe(1);
      expect(said.output).toContain('line 2  d-1  can be entered');
      expect(said.output).toContain('line 3  d-1  REFUSED: The list has an earlier entry');
      expect(said.output).toContain('Nothing was entered (--dry-run).');
      expect(await phonesOf('d-1')).toEqual([]);
      const right = await poundkey('user\tphone\nd-1\t+46812345678\n', '--json');
      expect(right.exitCode).toBe(0);
      expect(JSON.parse(right.output)).toEqual([
        { line: 2, userId: 'd-1', result: 'added', code: null, text: null },
      ]);
    });

    test.each([
      ['', 'The file is empty'],
      ['d-1,+46812345678\n', 'There is no column "d-1"'],
      ['userId,+46812345678\n', 'There is no column "…"'],
      ['userId,country\n', 'The column number is missing'],
      ['userId,number,phone\n', 'The column number is there twice'],
      ['userId,number\nd-2,"+46812345678\n', 'cannot be read'],
      [Buffer.from('userId,number\nåsa,+46812345678\n', 'latin1'), 'not UTF-8'],
      [Buffer.from('\uFEFFuserId,number\n', 'utf16le'), 'not UTF-8'],
      [Buffer.from('PK\u0003\u0004…'), 'a workbook'],
    ])('is refused as a whole when it is %j', async (content, reason) => {
      const said = await poundkey(content);
      expect(said).toMatchObject({ exitCode: 2, output: '' });
      expect(said.errors).toContain(reason);
    });

    test('has to be there', async () => {
      const said = await runBeside(world, ['import-phone-methods', 'contoso', join(directory, 'none.csv')]);
      expect(said).toMatchObject({ exitCode: 2, errors: expect.stringContaining('FILE: ENOENT') });
    });
  });
});
