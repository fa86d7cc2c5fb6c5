import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../../src/log.ts';
import { type Phase, runPhases } from '../../../src/platform/shutdown.ts';

describe('a shutdown', () => {
  let done: string[];
  let lines: string[];
  const log = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
  const phase = (name: string, run: () => Promise<unknown> = async () => undefined): Phase => ({
    name,
    limitMs: 1_000,
    run: async () => {
      done.push(name);
      await run();
      done.push(`${name} over`);
    },
  });
  const failing = () => Promise.reject(new Error('the server has gone'));
  const never = () => new Promise(() => undefined);
  const failures = () => lines.map((line) => JSON.parse(line) as { phase: string; err: { message: string } });

  beforeEach(() => {
    done = [];
    lines = [];
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('runs its phases in order, each after the one before', async () => {
    await runPhases([phase('http'), phase('worker'), phase('registry')], log);
    expect(done).toEqual(['http', 'http over', 'worker', 'worker over', 'registry', 'registry over']);
    expect(lines).toEqual([]);
  });

  it('leaves no timer behind', async () => {
    await runPhases([phase('http'), phase('worker', failing)], log);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('goes on after a phase that fails, and says which', async () => {
    await runPhases([phase('http', failing), phase('registry')], log);
    expect(done).toEqual(['http', 'registry', 'registry over']);
    expect(failures()).toMatchObject([{ phase: 'http', err: { message: 'the server has gone' } }]);
  });

  it('goes on after a phase that throws before it waits for anything', async () => {
    const throwing: Phase = {
      name: 'worker',
      limitMs: 1_000,
      run: () => {
        throw new Error('not started');
      },
    };
    await runPhases([throwing, phase('registry')], log);
    expect(done).toEqual(['registry', 'registry over']);
    expect(failures()).toMatchObject([{ phase: 'worker', err: { message: 'not started' } }]);
  });

  it('waits for a phase as long as it may take, and no longer', async () => {
    const running = runPhases([phase('worker', never), phase('registry')], log);
    await vi.advanceTimersByTimeAsync(999);
    expect(done).toEqual(['worker']);
    await vi.advanceTimersByTimeAsync(1);
    await running;
    expect(done).toEqual(['worker', 'registry', 'registry over']);
    expect(failures()).toMatchObject([{ phase: 'worker', err: { message: 'not done after 1000 ms' } }]);
  });

  it('is not disturbed by a phase that fails when its time is long over', async () => {
    let fail: (error: Error) => void = () => undefined;
    const slow = () =>
      new Promise((_resolve, reject) => {
        fail = reject;
      });
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const running = runPhases([phase('worker', slow), phase('registry')], log);
    await vi.advanceTimersByTimeAsync(1_000);
    await running;
    fail(new Error('too late'));
    vi.useRealTimers();
    await nextTurn();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(done).toEqual(['worker', 'registry', 'registry over']);
  });
});
