import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../../src/config.ts';
import { databaseUrlProblem, placeOf } from '../../../../src/platform/database/database-url.ts';

describe('the address of a database', () => {
  it.each([
    ['postgres://app:pw@db.example:5433/x', 'db.example:5433/x'],
    ['postgresql://app@db.example/x?sslmode=verify-full&application_name=a%20b', 'db.example/x'],
    ['POSTGRES://app:pw@db.example/x', 'db.example/x'],
    ['postgres://app:pw@/db?host=/cloudsql/p:r:i', '/cloudsql/p:r:i/db'],
    ['postgres://app:pw@localhost/db?host=/var/run/postgresql&port=5433', '/var/run/postgresql:5433/db'],
    ['postgres:///db?host=/var/run/postgresql', '/var/run/postgresql/db'],
    ['postgres://app:pw@%2Fcloudsql%2Fp%3Ar%3Ai/db', '/cloudsql/p:r:i/db'],
    ['postgres://app:pw@[::1]:5432/x', '[::1]:5432/x'],
    ['postgres://app:p%23w%2F%3F%40%3A%25@db/x', 'db/x'],
    ['postgres://app:p%w@db/x', 'db/x'],
    ['postgres://app:a@b@db/x', 'db/x'],
    ['postgres://app:p w@db/x', 'db/x'],
    ['postgres://db/x?user=app@server&password=pw', 'db/x'],
    ['socket:/var/run/postgresql?db=x', '/var/run/postgresql database x'],
  ])('may be %s, which messages call %s', (text, place) => {
    expect(databaseUrlProblem(text)).toBeNull();
    expect(placeOf(text)).toBe(place);
  });

  it.each([
    'postgres://app:pq9#w@db/x',
    'postgres://app:12#w@db/x',
    'postgres://app:pq9/w@db/x',
    'postgres://app:12/w@db/x',
    'postgres://app:pq9?w@db/x',
    'postgres://app:12?w@db/x',
    'postgres://app:pq9?a=b@db/x',
    'postgres://app:pq9%E4@db/x',
    'postgres://ap#p:pq9@db/x',
  ])('must be percent-encoded, which %s is not', (text) => {
    expect(databaseUrlProblem(text)).toContain('user name or password that must be percent-encoded');
  });

  it.each([
    ['mysql://db/x', 'must be an address that starts with postgres:// or postgresql://'],
    ['host=db dbname=x', 'must be an address that starts with postgres:// or postgresql://'],
    [
      'postgres://app:pq9@db:port/x',
      'cannot be read: it must have the form postgres://user:password@host:5432/database',
    ],
    ['postgres://app:pq9@db:99999/x', 'cannot be read'],
    ['postgres://app:pq9@one:5432,two:5432/x', 'must name one host'],
    ['postgres://app:pq9@/x?host=/run&port=five', 'must have a port that is a number'],
  ])('is refused in other cases, such as %s', (text, problem) => {
    expect(databaseUrlProblem(text)).toContain(problem);
  });

  it('is named with what is wrong, and without the password', () => {
    const read = () =>
      readConfig({ DATABASE_URL: 'postgres://app:pq9#w@db/x', REDIS_URL: 'redis://:pq9#w@r:1' });
    expect(read).toThrow(
      /DATABASE_URL has a character in its user name or password that must be percent-encoded/,
    );
    expect(read).toThrow(
      /REDIS_URL has a character in its user name or password that must be percent-encoded/,
    );
    expect(read).not.toThrow(/pq9/);
  });
});
