import { Gauge, type Registry } from 'prom-client';

/** Takes the keys that do not fit the registry, each with the variable that it stands in. */
export type ObserveKeys = (problems: readonly { variable: string }[]) => void;

const VARIABLES = ['HASH_KEYS', 'SEAL_KEYS', 'SIGNING_KEYS'];

/** A gauge of wrong keys, which has no value before the keys were looked at. */
export function observeKeys(registry: Registry): ObserveKeys {
  const gauge = new Gauge({
    name: 'poundkey_keys_wrong',
    help: 'Keys that the registry needs and the variable lacks, or has otherwise, found at the start',
    labelNames: ['variable'],
    registers: [registry],
  });
  return (problems) => {
    for (const variable of VARIABLES)
      gauge.set({ variable }, problems.filter((problem) => problem.variable === variable).length);
  };
}
