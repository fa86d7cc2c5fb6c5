import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';

/**
 * Metrics of the process, under the names all Prometheus clients use. The client library's own set also has names
 * that Prometheus advises against.
 * @returns what stops watching
 */
export function observeProcess(registry: Registry): () => void {
  const registers = [registry];
  const started = Date.now() / 1000 - process.uptime();
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When the process started, in seconds since 1970',
    registers,
  }).set(started);
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory that the process uses',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  let counted = 0;
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time the process has used, in seconds',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      const used = (user + system) / 1e6;
      this.inc(Math.max(0, used - counted));
      counted = used;
    },
  });
  return observeEventLoop(registry);
}

/** A blocked event loop delays everything, webhooks first. */
function observeEventLoop(registry: Registry): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  new Gauge({
    name: 'nodejs_eventloop_lag_p99_seconds',
    help: 'How late the event loop was, 99th percentile since the last scrape, in seconds',
    registers: [registry],
    collect() {
      this.set(Number.isFinite(delay.percentile(99)) ? delay.percentile(99) / 1e9 : 0);
      delay.reset();
    },
  });
  return () => void delay.disable();
}
