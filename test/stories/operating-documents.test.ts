// A rehearsal runs, and the lines of docs/operating are pasted into a shell beside it, in order, as they stand there.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
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
};
/** Ids that documents make up, and the lines that an operator does something else for. */
const REPLACED: Record<string, string> = {
  '/tmp/poundkey-rehearsal': '$REHEARSAL_DIRECTORY',
  'npm run -s rehearse --': 'npm run -s rehearse -- --dir "$REHEARSAL_DIRECTORY"',
  '# stop every process, then:':
    'npm run -s rehearse -- --dir "$REHEARSAL_DIRECTORY" stop web-1 web-2 worker-1 worker-2',
  '# start the processes':
    'npm run -s rehearse -- --dir "$REHEARSAL_DIRECTORY" start web-1 web-2 worker-1 worker-2',
};
/** Pasting an exercise restarts processes one after the other. */
const LONGEST_MS = 600_000;

const isPasted = ({ text }: ShellBlock) => NOT_PASTED[text.split('\n')[0] ?? ''] === undefined;
const replaced = (text: string) =>
  Object.entries(REPLACED).reduce((made, [from, to]) => made.replaceAll(from, to), text);
const blocksOf = (document: string) => shellBlocksIn(readFileSync(join(DOCUMENTS, document), 'utf8'));

describe.runIf(canRehearse())('beside a rehearsal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pk-reh-'));
  const directory = join(folder, 'rehearsal');
  const cwd = join(folder, 'project');
  let rehearsal: RunningRehearsal;
  let pids: number[];

  beforeAll(async () => {
    // What the lines write lands in a folder of their own.
    symlinkInto(cwd);
    // Started by root, PostgreSQL runs as another user, who has to get in.
    chmodSync(folder, 0o755);
    rehearsal = await startRehearsal(directory);
    pids = processIdsIn(rehearsal.output());
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
    const pasted = await paste(blocksOf('rehearsal.md'));
    expect(pasted.length).toBeGreaterThan(8);
    for (const block of pasted) expect(missingLines(block), `${block.text}\n${block.output}`).toEqual([]);
  });
});

function symlinkInto(cwd: string): void {
  mkdirSync(cwd);
  for (const name of readdirSync(PROJECT)) symlinkSync(join(PROJECT, name), join(cwd, name));
}
