/**
 * Run as a process: opens the database given as JSON and prints "opened"; closes it at once when the second argument is
 * "close", else keeps it open. It must then end by itself.
 */
import { type DatabaseOptions, openDatabase } from '../../src/platform/database/open-database.ts';
import { sampleMigrations } from './sample-migrations.ts';

const [options = '', then] = process.argv.slice(2);
const log = { warn: () => undefined };
const database = await openDatabase(JSON.parse(options) as DatabaseOptions, sampleMigrations, log);
process.stdout.write('opened\n');
if (then === 'close') await database.close();
else setInterval(() => undefined, 60_000);
