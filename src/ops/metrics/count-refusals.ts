import { Counter, type Registry } from 'prom-client';
import type { ErrorCode } from '../../errors.ts';

/** Counts a request that was refused. */
export type CountRefusal = (code: ErrorCode) => void;

/** Counter of refused requests. Its labels are the codes of `errors.ts`, so there are only so many. */
export function countRefusals(registry: Registry): CountRefusal {
  const refused = new Counter({
    name: 'poundkey_requests_refused_total',
    help: 'Requests of backends, over HTTP or as jobs, that were refused, by the code of the problem',
    labelNames: ['code'],
    registers: [registry],
  });
  return (code) => refused.inc({ code });
}
