/**
 * Shows that no source is written in a way by which V8 keeps what a request used until the next full collection, long after its
 * answer. Each collection of young objects then copies all of it, and everybody waits meanwhile. Two ways do that (V8 14.6, found with
 * `--trace-gc-nvp`): an object that is written with a getter, and a function that is written where it is put into a property. A
 * third, a Set or Map of requests that come and go, has no pattern to look for.
 */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../support/lint.ts';

/** As the formatter leaves them: a member of an object ends with a comma, one of a class does not. */
const GETTER_OF_OBJECT = /^( +)get \w+\(\)[^\n]*\{\n(?:\1 [^\n]*\n|\n)*\1\},$/m;
const FUNCTION_INTO_PROPERTY =
  /^ +[\w.#[\]]+\.#?\w+ (?:\?\?)?= (?:async )?(?:function\b|\w+ =>|\([^\n]*\)(?:: [^\n]+)? =>)/m;

/** What does not serve requests: the simulator, what runs in browsers, and the queue of the board, which is made once. */
const ELSEWHERE = /^src\/(simulator\/|self-service\/screens\/|ops\/masked-queue\.ts)/;
const sources = globSync('src/**/*.ts', { cwd: PROJECT }).filter((file) => !ELSEWHERE.test(file));

describe('what a request used is not kept', () => {
  it.each([
    ['an object with a getter', GETTER_OF_OBJECT],
    ['a function that is put into a property', FUNCTION_INTO_PROPERTY],
  ])('by %s', (_way, pattern) => {
    expect(sources.length).toBeGreaterThan(300);
    const found = sources.filter((file) => pattern.test(readFileSync(`${PROJECT}/${file}`, 'utf8')));
    expect(found).toEqual([]);
  });

  it('which the patterns find where they are', () => {
    const object = 'const a = {\n  get b() {\n    return c;\n  },\n};\n';
    expect(object).toMatch(GETTER_OF_OBJECT);
    expect(object.replace('},', '}').replace('const a =', 'class A')).not.toMatch(GETTER_OF_OBJECT);
    for (const value of ['() => 1', 'async (b) => b', 'b => b', 'function () {}'])
      expect(`  this.a = ${value};\n`).toMatch(FUNCTION_INTO_PROPERTY);
    expect('  this.a = b;\n').not.toMatch(FUNCTION_INTO_PROPERTY);
  });
});
