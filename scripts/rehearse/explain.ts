/** What a rehearsal prints when everything runs: what is where, and what to do with it. */
import { statusLines } from './control.ts';
import type { Rehearsal } from './rehearsal.ts';

/** The lines. @param apiKey of the tenant that was made */
export function explain(rehearsal: Rehearsal, apiKey: string): string {
  const { directory, ports } = rehearsal.place;
  const rehearse = `npm run -s rehearse -- --dir ${directory}`;
  return `
A production set-up runs on this machine, as a rehearsal: no real phone rings.

${statusLines(rehearsal)
  .map((line) => `  ${line}`)
  .join('\n')}

  settings   ${directory}/settings.env, read by every process of Poundkey when it starts
  logs       ${directory}/log/
  API key    ${apiKey}
  desk phones  http://127.0.0.1:${ports.simulator}/desk-phones: what they do; each presses # unless told otherwise

In another terminal, in this folder:

  . ${directory}/shell

  curl --cacert "$CA" -H "Authorization: Bearer $API_KEY" -H 'Content-Type: application/json' \\
    -d '{"userId":"u-1842","number":"+46812345678"}' "$PUBLIC_URL/v1/verifications"
  curl --cacert "$CA" -H "Authorization: Bearer $API_KEY" "$PUBLIC_URL/v1/verifications"

Exercises, each with what one should see: docs/operating/rehearsal.md

  keys       change SEAL_KEYS in settings.env, then: ${rehearse} restart web-1 web-2 worker-1 worker-2
  upgrade    ${rehearse} restart worker-1 worker-2 web-1 web-2
  backup     pg_dump --format=custom --file=poundkey.dump "$DATABASE_URL"
  outage     ${rehearse} stop redis      (or postgres, web-1, …; kill instead of stop: without warning)
  and back   ${rehearse} start redis
  status     ${rehearse} status

Ctrl-C here ends everything and removes the directory; started with --keep it stays.
`;
}
