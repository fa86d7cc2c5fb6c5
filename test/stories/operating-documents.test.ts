// A rehearsal runs, and the lines of docs/operating are pasted into a shell beside it, in order, as they stand there.
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingLines, pasteInto, type ShellBlock, shellBlocksIn } from '../support/documents.ts';
import { PROJECT } from '../support/lint.ts';
import {
  canRehearse,
  processIdsIn,
  REHEARSAL_START_MS,
  type RunningRehearsal,
  startRehearsal,
  stillRunning,
} from '../support/rehearsal.ts';

const DOCUMENTS = join(PROJECT, 'docs/operating');
/** The blocks that are not pasted, by their first line, and why. */
const NOT_PASTED: Record<string, string> = {
  'npm run rehearse': 'runs while all other blocks are pasted',
  'PHONE_NETWORK=twilio': 'settings, not commands',
  'npm run poundkey -- check                    # what does not work, in words':
    'TENANT and USER stand for those that are looked for',
  'npm run poundkey -- sign-in-user contoso "070-123 45 67"    # who signs in with a number':
    'nobody here signs in with a number; test/stories/sms-sign-in.test.ts runs all three',
  'nginx -T > nginx.txt && doveconf -n > dovecot.txt':
    'servers with the sample configurations; test/unit/scripts/poundkey/check-older-apps.test.ts asks such ones',
  'npm run poundkey -- suppressed':
    'nobody has stopped calls, so there is none to allow; test/stories/bystander.test.ts runs both',
  "curl --user 'anna:abcd efgh ijkl mnop' imaps://mail.contoso.com/         # lists the folders":
    'the servers of the example; test/stories/older-apps-servers.test.ts signs in to such ones',
  'install -m 600 nginx.conf /etc/nginx/nginx.conf     # in the place of the one that Debian brings':
    'changes the machine; test/stories/older-apps-servers.test.ts starts nginx with this file',
  'useradd --system --home-dir /srv/mail --create-home --shell /usr/sbin/nologin vmail':
    'changes the machine; test/stories/older-apps-servers.test.ts starts Dovecot with this file',
  'curl -X POST http://127.0.0.1:8080/v1/users/anna/app-passwords -H "Authorization: Bearer $KEY" \\':
    'the address of the example; test/stories/app-passwords-on-request.test.ts makes such ones',
  'npm install @opentelemetry/api @opentelemetry/core @opentelemetry/sdk-trace @opentelemetry/resources \\':
    'asks the package registry; test/stories/ops/traces.test.ts runs with these packages',
};
const REHEARSE = 'npm run -s rehearse -- --dir "$REHEARSAL_DIRECTORY"';
const POUNDKEY = ['web-1', 'web-2', 'worker-1', 'worker-2'].join(' ');
/** What documents make up, and what stands for it here; a step that is not a command, and how it is done here. */
const REPLACED: Record<string, string> = {
  // The tenant of the examples is made by a later document.
  'export-audit contoso': 'export-audit rehearsal',
  '--nginx nginx.txt --dovecot dovecot.txt':
    '--nginx docs/operating/older-apps/nginx.conf --dovecot docs/operating/older-apps/dovecot.conf',
  '/tmp/poundkey-rehearsal': '$REHEARSAL_DIRECTORY',
  'npm run -s rehearse --': REHEARSE,
  '# stop every process, then:': `${REHEARSE} stop ${POUNDKEY}`,
  '# start the processes': `${REHEARSE} start ${POUNDKEY}`,
  'revoke-app-server abcdefghijkm':
    'revoke-app-server "$(npm run -s poundkey -- list-app-servers | head -1 | cut -d " " -f 1)"',
  abcdefghijkm: '"$(npm run -s poundkey -- list-keys contoso | head -1 | cut -d " " -f 1)"',
  'npm run poundkey -- list-phones contoso u-1842':
    'set_up_phone; npm run poundkey -- list-phones contoso u-1842',
  '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c': '"$PHONE"',
  '2d7e1b90-4c38-4f5a-8b16-93c0a7d5e412': '"$APP_PASSWORD"',
  '5f0d3c9e-0c5b-4b0e-9a53-6f4f6a1f2b10': '"$VERIFICATION"',
};
/** What there is before the first block: an operator's environment, a verification, an outcome webhook that was given up. */
const beforeDocument = (name: string) => `. "$REHEARSAL_DIRECTORY/shell"
NUMBER=${NAMES.indexOf(name)}
request() { curl -sS --fail-with-body --cacert "$CA" -H "Authorization: Bearer $API_KEY" -H 'Content-Type: application/json' "$@"; }
request -X PUT -d '{"url":"https://backend.invalid/outcomes"}' "$PUBLIC_URL/v1/webhook-endpoint"
request -d "{\\"userId\\":\\"before-$NUMBER\\",\\"number\\":\\"+4681234610$NUMBER\\"}" "$PUBLIC_URL/v1/verifications"
set_up_phone() {
  API_KEY=$(npm run -s poundkey -- create-key contoso setup)
  request -d '{"userId":"u-1842","number":"+46812346099"}' "$PUBLIC_URL/v1/verifications"
  PHONE=
  until [ "$PHONE" ]; do PHONE=$(psql -qAt "$DATABASE_URL" -c "select id from phone_method where tenant_id = 'contoso'"); done
  APP_PASSWORD=$(psql -qAt "$DATABASE_URL" -c "select id from app_password where tenant_id = 'contoso'")
}
VERIFICATION=$(psql -qAt "$DATABASE_URL" -c 'select id from verification limit 1')
psql -q "$DATABASE_URL" -c "insert into outbox (id, tenant_id, verification_id, type, payload, created_at, next_attempt_at, dead_at)
  values ('0b3f0d34-7b4c-4a39-9f0b-2b8d6b8f4a11', 'rehearsal', '$VERIFICATION', 'verification.finished', '{}', now(), now(), now())
  on conflict do nothing"
`;
/** Pasting an exercise restarts processes one after the other. */
const LONGEST_MS = 600_000;

const isPasted = ({ text }: ShellBlock) => NOT_PASTED[text.split('\n')[0] ?? ''] === undefined;
const replaced = (text: string) =>
  Object.entries(REPLACED).reduce((made, [from, to]) => made.replaceAll(from, to), text);
/** All documents; the rehearsal's own comes first, since the others work on what it did. */
const NAMES = readdirSync(DOCUMENTS)
  .filter((name) => name.endsWith('.md') && name !== 'rehearsal.md')
  .sort();
const blocksOf = (document: string) => shellBlocksIn(readFileSync(join(DOCUMENTS, document), 'utf8'));

describe.runIf(canRehearse())('beside a rehearsal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pk-reh-'));
  const directory = join(folder, 'rehearsal');
  const cwd = join(folder, 'project');
  let rehearsal: RunningRehearsal;

  beforeAll(async () => {
    // What the lines write lands in a folder of their own.
    symlinkInto(cwd);
    // Started by root, PostgreSQL runs as another user, who has to get in.
    chmodSync(folder, 0o755);
    rehearsal = await startRehearsal(directory);
  }, REHEARSAL_START_MS);
  afterAll(async () => {
    await rehearsal?.end();
    rmSync(folder, { recursive: true, force: true });
  }, LONGEST_MS);

  const paste = async (blocks: ShellBlock[]) => {
    const env = { ...process.env, REHEARSAL_DIRECTORY: directory };
    const texts = blocks.filter(isPasted).map(({ text, seen }) => ({ text: replaced(text), seen }));
    return pasteInto({ cwd, env }, texts);
  };

  it('rehearsal.md does and shows what it says', { timeout: LONGEST_MS }, async () => {
    expect(rehearsal.output()).toMatch(/curl --cacert .*\n.*\$PUBLIC_URL\/v1\/verifications/);
    const pasted = await paste(blocksOf('rehearsal.md'));
    expect(pasted.length).toBeGreaterThan(8);
    for (const block of pasted) expect(missingLines(block), `${block.text}\n${block.output}`).toEqual([]);
  });

  it.each(NAMES)('%s can be pasted', { timeout: LONGEST_MS }, async (name) => {
    const pasted = await paste([{ text: beforeDocument(name), seen: null }, ...blocksOf(name)]);
    for (const block of pasted) expect(missingLines(block), `${block.text}\n${block.output}`).toEqual([]);
  });

  it('every process says that this is a rehearsal', async () => {
    const { ops } = JSON.parse(readFileSync(join(directory, 'ports.json'), 'utf8'));
    for (const port of ops) {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
      expect(await answer.json()).toMatchObject({ rehearsal: true, status: 'ready' });
    }
    for (const name of POUNDKEY.split(' '))
      expect(readFileSync(join(directory, 'log', `${name}.log`), 'utf8')).toMatch(
        /"level":"warn".*REHEARSAL=true/,
      );
  });

  it('ends with Ctrl-C, and nothing of it is left', { timeout: LONGEST_MS }, async () => {
    const ports = JSON.parse(readFileSync(join(directory, 'ports.json'), 'utf8'));
    const status = (await paste([{ text: `${REHEARSE} status\n`, seen: null }]))[0]?.output ?? '';
    const pids = processIdsIn(status);
    expect(stillRunning(pids)).toEqual(pids);
    expect(pids).toHaveLength(8);
    expect(await rehearsal.end()).toBe(0);
    expect(rehearsal.output()).toContain('nothing is left');
    expect(stillRunning(pids)).toEqual([]);
    expect(existsSync(directory)).toBe(false);
    for (const port of Object.values(ports).flat()) await expect(isFree(Number(port))).resolves.toBe(true);
  });
});

/** The blocks that are not pasted are still there: otherwise the list says something that is not so. */
it('the list of what is not pasted has no line too many', () => {
  const firstLines = ['rehearsal.md', ...NAMES].flatMap(blocksOf).map(({ text }) => text.split('\n')[0]);
  expect(firstLines).toEqual(expect.arrayContaining(Object.keys(NOT_PASTED)));
});

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
  return true;
}

function symlinkInto(cwd: string): void {
  mkdirSync(cwd);
  for (const name of readdirSync(PROJECT)) symlinkSync(join(PROJECT, name), join(cwd, name));
}
