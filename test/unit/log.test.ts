import { DatabaseError } from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLogger, describeError } from '../../src/log.ts';
import { startScript } from '../support/run-script.ts';

const NUMBER = '+46812345678';
const TOKEN = 'token-0123456789abcdef';

function logged(fields: object, level = 'info'): { line: string; entry: Record<string, unknown> } {
  let line = '';
  const log = createLogger({ level, destination: { write: (text) => (line += text) } });
  log.info(fields, 'something happened');
  return { line, entry: line === '' ? {} : JSON.parse(line) };
}

/** As axios makes them: everything that was sent hangs on the error. */
function requestError(): Error {
  const request = { _header: `Authorization: Basic ${TOKEN}`, path: `/Calls?To=${NUMBER}` };
  return Object.assign(
    new Error('socket hang up', { cause: Object.assign(new Error('reset'), { request }) }),
    {
      code: 'ECONNRESET',
      config: { auth: { username: 'AC1', password: TOKEN }, data: `To=${NUMBER}` },
      request,
      response: { config: { data: `To=${NUMBER}` }, headers: { authorization: TOKEN } },
    },
  );
}

/** As PostgreSQL's driver makes them: `detail` repeats values, and Kysely and we may hang parameters on them. */
function queryError(): Error {
  const error = new DatabaseError(
    'duplicate key value violates unique constraint "phone_method_key"',
    1,
    'error',
  );
  return Object.assign(error, {
    code: '23505',
    detail: `Key (phone_number)=(${NUMBER}) already exists.`,
    where: `COPY, line 1: "${NUMBER}"`,
    parameters: [NUMBER, TOKEN],
    query: `insert into phone_method values ('${NUMBER}')`,
  });
}

describe('a log line', () => {
  it('has the level as a word, the time in UTC, the fields and the message, and no more', () => {
    const { entry } = logged({ verificationId: 'v-1' });
    expect(Object.keys(entry)).toEqual(['level', 'time', 'verificationId', 'msg']);
    expect(entry).toMatchObject({ level: 'info', verificationId: 'v-1', msg: 'something happened' });
    expect(entry.time).toBe(new Date(String(entry.time)).toISOString());
  });

  it('is left out below the level', () => {
    expect(logged({}, 'warn').line).toBe('');
    expect(logged({}, 'silent').line).toBe('');
  });

  it.each([
    'authorization',
    'password',
    'appPassword',
    'secret',
    'token',
    'authToken',
    'apiKey',
    'phoneNumber',
    'to',
    'from',
    'number',
  ])('hides a field called %s, itself and down to two levels below', (name) => {
    const held = { [name]: TOKEN, kept: 'yes' };
    const { line, entry } = logged({ ...held, request: { ...held, inner: held } });
    const hidden = { [name]: '[hidden]', kept: 'yes' };
    expect(line).not.toContain(TOKEN);
    expect(entry).toMatchObject({ ...hidden, request: { ...hidden, inner: hidden } });
  });

  it.each([
    { kind: 'a failed request', make: requestError, code: 'ECONNRESET', message: 'socket hang up' },
    { kind: 'a failed query', make: queryError, code: '23505', message: /^duplicate key value violates/ },
  ])('tells of $kind what happened, and nothing of what was sent', ({ make, code, message }) => {
    for (const fields of [{ err: make() }, { error: make() }, make()]) {
      const { line, entry } = logged(fields);
      expect(line).not.toContain(NUMBER);
      expect(line).not.toContain(TOKEN);
      expect(entry.err ?? entry.error).toMatchObject({ code, message: expect.stringMatching(message) });
    }
  });
});

describe('the description of an error', () => {
  it('has name, message, code and stack', () => {
    const error = Object.assign(new TypeError('no such thing'), { code: 'E_NOTHING' });
    expect(describeError(error)).toEqual({
      name: 'TypeError',
      message: 'no such thing',
      code: 'E_NOTHING',
      stack: error.stack,
    });
  });

  it('follows causes, and ends where they go in circles', () => {
    const outer = new Error('outer', { cause: new Error('inner') });
    expect(describeError(outer)).toMatchObject({ message: 'outer', cause: { message: 'inner' } });
    const circle = new Error('circle');
    circle.cause = circle;
    expect(JSON.stringify(describeError(circle))).toMatch(/circle/);
  });

  it('tells every failure that an error stands for', () => {
    const failures = ['::1', '127.0.0.1'].map((host) =>
      Object.assign(new Error(`connect ECONNREFUSED ${host}:5432`), { code: 'ECONNREFUSED', config: TOKEN }),
    );
    const description = describeError(new AggregateError(failures));
    expect(description).toMatchObject({
      errors: [
        { message: 'connect ECONNREFUSED ::1:5432', code: 'ECONNREFUSED' },
        { message: 'connect ECONNREFUSED 127.0.0.1:5432', code: 'ECONNREFUSED' },
      ],
    });
    expect(JSON.stringify(description)).not.toContain(TOKEN);
  });

  it.each([TOKEN, { token: TOKEN }, null, undefined])('does not print what is no Error (%#)', (thrown) => {
    expect(describeError(thrown)).toEqual({ message: 'something that is not an Error was thrown' });
  });

  it('leaves out a code that is not a word or a number', () => {
    const error = Object.assign(new Error('odd'), { code: { token: TOKEN } });
    expect(describeError(error)).not.toHaveProperty('code');
  });
});

describe('the log of a process, which goes to a pipe', () => {
  const start = (end: string) => startScript(new URL('./log-process.ts', import.meta.url), [end]);
  const numbersIn = (output: string) => [...output.matchAll(/"line":(\d)/g)].map(([, number]) => number);

  it.each(['exits', 'throws'])('is whole when the process %s', async (end) => {
    const { output } = await start(end).exit;
    expect(numbersIn(output)).toEqual(['1', '2', '3']);
  });

  it('is written while the process lives, and whole when it is told to stop', async () => {
    const { process: child, output, exit } = start('stays');
    onTestFinished(() => void child.kill('SIGKILL'));
    await vi.waitFor(() => expect(numbersIn(output())).toEqual(['1', '2', '3']), { timeout: 20_000 });
    child.kill('SIGTERM');
    expect(numbersIn((await exit).output)).toEqual(['1', '2', '3', '4']);
  });
});
