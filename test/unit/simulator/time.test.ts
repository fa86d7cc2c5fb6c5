import { expect, it } from 'vitest';
import { realTime, virtualTime } from '../../../src/simulator/time.ts';

it('starts where it is told and jumps from timer to timer in order', async () => {
  const time = virtualTime({ start: new Date(1_000) });
  const log: string[] = [];
  time.after(60_000, () => log.push(`late ${time.now()}`));
  time.after(500, () => {
    log.push(`early ${time.now()}`);
    time.after(500, () => log.push(`nested ${time.now()}`));
  });
  time.after(500, () => log.push('same instant, second'));
  await time.idle();
  expect(log).toEqual(['early 1500', 'same instant, second', 'nested 2000', 'late 61000']);
  expect(time.now()).toBe(61_000);
});

it('runs nothing that was withdrawn', async () => {
  const time = virtualTime({ start: 0 });
  const cancel = time.after(10, () => expect.unreachable());
  cancel();
  await time.idle();
  expect(time.now()).toBe(0);
  cancel();
});

it('stands still while something is held, also when it is released twice', async () => {
  const time = virtualTime({ start: 0 });
  const releases = [time.hold(), time.hold()];
  time.after(10, () => undefined);
  await turns(50);
  releases[0]!();
  releases[0]!();
  await turns(50);
  expect(time.now()).toBe(0);
  releases[1]!();
  await time.idle();
  expect(time.now()).toBe(10);
});

it('stands still while it is paused, but runs what is due', async () => {
  const time = virtualTime({ start: 0 });
  time.pause();
  let due = false;
  time.after(0, () => {
    due = true;
  });
  time.after(10, () => undefined);
  await time.idle();
  expect([time.now(), due]).toEqual([0, true]);
  time.resume();
  await time.idle();
  expect(time.now()).toBe(10);
});

it('moves by exactly as much as asked, paused or not', async () => {
  const time = virtualTime({ start: 0 });
  time.pause();
  const ran: number[] = [];
  for (const at of [100, 200, 300]) time.after(at, () => ran.push(time.now()));
  await time.advance(250);
  expect([time.now(), ran]).toEqual([250, [100, 200]]);
  time.resume();
  const moved = time.advance(1_000);
  await expect(time.advance(1)).rejects.toThrow('moved already');
  await moved;
  expect([time.now(), ran]).toEqual([1_250, [100, 200, 300]]);
});

it('follows the wall clock in real time and is idle when no timer is left', async () => {
  const time = realTime();
  const before = Date.now();
  const ran: string[] = [];
  time.after(20, () => ran.push('timer'));
  time.after(60_000, () => expect.unreachable())();
  const release = time.hold();
  time.after(30, release);
  await time.idle();
  expect(ran).toEqual(['timer']);
  expect(time.now() - before).toBeGreaterThanOrEqual(19);
  await time.idle();
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((next) => setImmediate(next));
}
