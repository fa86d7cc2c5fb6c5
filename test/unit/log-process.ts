// A process that logs, for the tests of standard output. @param argv[2] how it ends
import { createLogger } from '../../src/log.ts';

const log = createLogger({ level: 'info' });
for (const number of [1, 2, 3]) log.info({ line: number }, 'a line');
const end = process.argv[2];
if (end === 'exits') process.exit(0);
if (end === 'throws') throw new Error('on purpose');
// Ends when it is told to, as the service does.
process.on('SIGTERM', () => {
  log.info({ line: 4 }, 'a line');
  process.exit(0);
});
setInterval(() => undefined, 60_000);
