// The simulator of a rehearsal, in a process of its own. It reads the same settings as Poundkey.
import { readConfig } from '../../src/config.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { realTime } from '../../src/simulator/time.ts';

const [provider] = readConfig().providers;
if (provider.kind !== 'twilio') throw new Error('A rehearsal has Twilio as its provider');
const simulator = createSimulator({
  accountSid: provider.accountSid,
  authToken: provider.authTokens[0],
  port: Number(new URL(provider.apiBaseUrl ?? '').port),
  time: realTime(),
  log: { info: (fields, message) => console.log(message, JSON.stringify(fields)) },
});
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => void simulator.stop().then(() => process.exit(0)));
await simulator.start();
console.log(`The simulator answers at ${simulator.url}`);
