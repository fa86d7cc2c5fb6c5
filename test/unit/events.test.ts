import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createEvents, type Events } from '../../src/events.ts';
import { createLogger } from '../../src/log.ts';

const EVENT = { verificationId: 'v-1', attemptId: 'a-1' };

describe('an event', () => {
  let lines: string[];
  let events: Events;
  const entries = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  beforeEach(() => {
    lines = [];
    const destination = { write: (line: string) => void lines.push(line) };
    events = createEvents(createLogger({ level: 'info', destination }));
  });

  it('is one log line with its name and details', () => {
    events.emit('call.key', { ...EVENT, meaning: 'approve' });
    expect(entries()).toMatchObject([
      { level: 'info', event: 'call.key', ...EVENT, meaning: 'approve', msg: 'call.key' },
    ]);
  });

  it('is an error when an operator must act', () => {
    events.emit('call.refused', { ...EVENT, errorCode: '20003', alarm: true });
    events.emit('call.refused', { ...EVENT, errorCode: '21211', alarm: false });
    expect(entries().map(({ level }) => level)).toEqual(['error', 'info']);
  });

  it('reaches every listener, once, after its line is written', () => {
    const [first, second] = [vi.fn(() => lines.length), vi.fn()];
    events.listen(first);
    events.listen(second);
    events.emit('call.ringing', EVENT);
    expect(first.mock.calls).toEqual([['call.ringing', EVENT]]);
    expect(first).toHaveReturnedWith(1);
    expect(second).toHaveBeenCalledOnce();
  });

  it('reaches nobody who has stopped listening, also when that happens meanwhile', () => {
    const other = vi.fn();
    const stop = events.listen(() => stop());
    events.listen(other);
    events.emit('call.ringing', EVENT);
    events.emit('call.answered', EVENT);
    expect(other).toHaveBeenCalledTimes(2);
    const last = vi.fn();
    events.listen(last)();
    events.emit('call.ended', EVENT);
    expect(last).not.toHaveBeenCalled();
  });

  it('is not stopped by a listener that fails', () => {
    const other = vi.fn();
    events.listen(() => {
      throw new Error('the metric is unknown');
    });
    events.listen(other);
    events.emit('call.ringing', EVENT);
    expect(other).toHaveBeenCalledOnce();
    expect(entries()[1]).toMatchObject({
      level: 'error',
      event: 'call.ringing',
      err: { message: 'the metric is unknown' },
    });
  });
});
