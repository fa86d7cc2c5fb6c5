/** The two floors: `programs/naive.ts` and `programs/lean.ts`. */
import { freePort } from '../../../test/support/processes.ts';
import type { Bench } from '../bench.ts';
import { ACCOUNT, CALLER_LINE } from '../bench.ts';
import { createHttpClient } from '../http-client.ts';
import { becomes, startProgram } from '../processes.ts';
import { profileOptions } from '../profile.ts';
import type { FloorSettings } from '../programs/settings.ts';
import type { Contender, ContenderKind, Place } from './contender.ts';

const API_KEY = 'bench-key';
const send = createHttpClient();

/** @param name of the floor and of its program */
export function floor(name: 'naive' | 'lean'): ContenderKind {
  return {
    name,
    template: async () => 'template1',
    start: (bench, place) => startFloor(name, bench, place),
  };
}

async function startFloor(name: 'naive' | 'lean', bench: Bench, place: Place): Promise<Contender> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const started = startProgram({
    file: new URL(`../programs/${name}.ts`, import.meta.url),
    args: [JSON.stringify(settingsOf(bench, place, port))],
    nodeOptions: profileOptions(place.profileDirectory),
    logFile: bench.logFile(name),
  });
  await becomes(name, started, async () => (await send(`${url}/`)).status === 404);
  return {
    name,
    url,
    apiKey: API_KEY,
    pids: [started.pid],
    databaseUrl: place.databaseUrl,
    opsUrl: null,
    // Taken just before the commit, and so a little in the floor's favour.
    finishedSql: `select user_id as user, extract(epoch from finished_at)::float * 1000 as ms from verification
      where state = 'finished' and user_id = any($1::text[])`,
    stop: started.stop,
  };
}

function settingsOf(bench: Bench, { databaseUrl }: Place, port: number): FloorSettings {
  return {
    port,
    databaseUrl,
    redisUrl: bench.redis.server.url,
    apiKey: API_KEY,
    ...ACCOUNT,
    callerLine: CALLER_LINE,
    providerUrl: bench.providerUrl,
    publicUrl: `http://127.0.0.1:${port}`,
    receiverUrl: bench.receiverUrl,
    webhookSecret: bench.webhookSecret,
    hashKey: bench.webhookSecret,
  };
}
