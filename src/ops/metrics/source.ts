import { Gauge, type Registry } from 'prom-client';

/** A source of metrics that is read at each scrape. */
export interface Source {
  name: string;
  /** Brings its metrics up to date. Throws, or takes too long, when it cannot be asked. */
  read(): Promise<void>;
  /** Removes its last values, since they are out of date. */
  forget(): void;
}

/** One value of a gauge with its labels. */
export interface Reading {
  labels: Record<string, string>;
  value: number;
}

/** A gauge whose values are read at each scrape. */
export interface GaugeSpec {
  name: string;
  help: string;
  labelNames: string[];
  read(): Promise<Reading[]>;
}

/** Registers the gauge. Values that are no longer read are gone. */
export function gaugeSource(registry: Registry, { name, help, labelNames, read }: GaugeSpec): Source {
  const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
  const forget = () => (labelNames.length > 0 ? gauge.reset() : gauge.remove());
  return {
    name,
    forget,
    async read() {
      const readings = await read();
      forget();
      for (const { labels, value } of readings) gauge.set(labels, value);
    },
  };
}
