// `npm run prepare-store`: makes the store that fresh embedded installations start from, unless it is there. With
// `--if-wanted` only where the next start makes an embedded store.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

async function prepare(): Promise<void> {
  const { prepareStore } = await import('../src/platform/database/prepared-store.ts');
  const { MIGRATIONS } = await import('../src/registry/migrations.ts');
  const made = await prepareStore(MIGRATIONS, async (dataDir) => {
    const { openDatabase } = await import('../src/platform/database/open-database.ts');
    const log = { warn: (fields: object, text?: string) => console.error(text, fields) };
    const database = await openDatabase({ kind: 'embedded', dataDir }, MIGRATIONS, log);
    // Templates for more databases, of which there are none: two thirds of the files. A store that began as a copy of an
    // older prepared one has none any more.
    await database.run({ text: 'update pg_database set datistemplate = false', values: [] });
    for (const template of ['template0', 'template1'])
      await database.run({ text: `drop database if exists ${template}`, values: [] });
    await database.close();
  });
  if (made) console.log('Created the store that embedded installations start from.');
}

async function isWanted(): Promise<boolean> {
  const { readConfig } = await import('../src/config.ts');
  try {
    const { database } = readConfig();
    return database.kind === 'embedded' && !existsSync(join(database.dataDir, 'registry'));
  } catch {
    // The start itself says what is wrong.
    return false;
  }
}

if (!process.argv.includes('--if-wanted') || (await isWanted())) await prepare();
