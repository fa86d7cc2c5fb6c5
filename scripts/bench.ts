// npm run bench: how fast Poundkey is, and what it costs. Explained in docs/performance.md.
import { writeFileSync } from 'node:fs';
import { openBench } from './bench/bench.ts';
import { describeMachine } from './bench/machine.ts';
import { MEASURES } from './bench/measures/index.ts';
import { progress } from './bench/measures/measure.ts';
import { helpText, type Options, readOptions } from './bench/options.ts';
import { asText, type Table, writeTables } from './bench/table.ts';

const DOCUMENT = new URL('../docs/performance.md', import.meta.url);

// Whatever runs is ended by those who started it when this process exits.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

async function main(): Promise<void> {
  const options = readOptions(
    process.argv.slice(2),
    MEASURES.map(({ name }) => name),
  );
  if (options) await measure(options);
  else console.log(helpText([...MEASURES]));
}

async function measure(options: Options): Promise<void> {
  const bench = await openBench(options);
  const results: Record<string, { seconds: number; tables: Table[]; raw?: unknown }> = {};
  try {
    for (const { name, run } of MEASURES.filter((each) => options.only.includes(each.name))) {
      progress(`${name} …`);
      const startedAt = performance.now();
      try {
        const result = await run(bench);
        const seconds = (performance.now() - startedAt) / 1000;
        results[name] = { seconds, ...result };
        for (const table of result.tables) console.log(asText(table));
        console.log(`\n${name} took ${seconds.toFixed(0)} s\n`);
      } catch (error) {
        console.error(`${name} failed:`, error);
        process.exitCode = 1;
      }
    }
    await keep(options, results, await describeMachine(bench));
  } finally {
    await bench.stop();
  }
}

async function keep(
  options: Options,
  results: Record<string, { tables: Table[] }>,
  machine: string,
): Promise<void> {
  console.log(machine);
  const stamp = `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC; ${machine}; --rounds ${options.rounds} --verifications ${options.verifications} --in-flight ${options.inFlight} --seconds ${options.seconds}`;
  const tables = Object.values(results).flatMap((result) => result.tables);
  if (options.json) writeFileSync(options.json, JSON.stringify({ stamp, options, results }, null, 2));
  if (options.write) writeTables(DOCUMENT, tables, stamp);
}

await main();
