import { expect, test } from 'vitest';
import { mayTryAnotherLine } from '../../../src/providers/failover.ts';
import type { PlaceCallResult } from '../../../src/providers/port.ts';
import type { SendTextResult } from '../../../src/providers/text-port.ts';

const refused = (outcome: 'invalidNumber' | 'unreachable' | 'blocked' | 'providerError', alarm = false) =>
  ({ kind: 'refused', outcome, errorCode: '1', alarm }) satisfies PlaceCallResult;

test.each<[result: PlaceCallResult | SendTextResult, may: boolean]>([
  [{ kind: 'accepted', callId: 'CA1', status: 'queued' }, false],
  [{ kind: 'unknown', errorCode: 'ECONNRESET' }, false],
  [{ kind: 'unknown', errorCode: '20500' }, false],
  [{ kind: 'tryLater', errorCode: '20429', alarm: false }, true],
  [{ kind: 'tryLater', errorCode: 'ECONNREFUSED', alarm: false }, true],
  [{ kind: 'tryLater', errorCode: '22005', alarm: true }, true],
  [{ kind: 'accepted', textId: 'SM1' }, false],
  [{ kind: 'refused', outcome: 'undelivered', errorCode: '21610', alarm: false }, false],
  [{ kind: 'refused', outcome: 'undelivered', errorCode: '21612', alarm: true }, false],
  [refused('providerError', true), true],
  [refused('unreachable'), true],
  [refused('invalidNumber'), false],
  [refused('blocked'), false],
  [refused('blocked', true), false],
])('after %j another line may be tried: %s', (result, may) => {
  expect(mayTryAnotherLine(result)).toBe(may);
});
