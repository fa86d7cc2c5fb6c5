/** The lines of a document that are there to be pasted, run as they stand there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Lines to paste, and what the document says that one sees; null where it says nothing. */
export interface ShellBlock {
  text: string;
  seen: string | null;
}

/** The blocks marked `sh`, in order. A block marked `text` that follows one, with words between or not, is what one sees. */
export function shellBlocksIn(document: string): ShellBlock[] {
  const blocks: ShellBlock[] = [];
  for (const [, language, text = ''] of document.matchAll(/^```(\w*)[^\n]*\n(.*?)^```$/gms)) {
    const last = blocks.at(-1);
    if (language === 'sh') blocks.push({ text, seen: null });
    else if (language === 'text' && last) last.seen = text;
  }
  return blocks;
}

/** What one shell printed for each block. */
export interface PastedBlock extends ShellBlock {
  output: string;
}

const MARK = '----- next block -----';

/**
 * Pastes blocks into one shell, which ends at the first line that fails.
 * @returns what each printed
 * @throws Error with the block that failed and what it printed
 */
export async function pasteInto(
  shell: { cwd: string; env: NodeJS.ProcessEnv },
  blocks: ShellBlock[],
): Promise<PastedBlock[]> {
  const script = blocks.map(({ text }) => `echo '${MARK}'\n${text}`).join('');
  const child = spawn('bash', ['-e'], { ...shell, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  child.stdin.end(script);
  const [code] = await once(child, 'close');
  const outputs = output.split(`${MARK}\n`).slice(1);
  const pasted = blocks.map((block, index) => ({ ...block, output: outputs[index] ?? '' }));
  const failed = pasted[outputs.length - 1];
  if (code !== 0)
    throw new Error(
      `this block ended with ${code}:\n${failed?.text ?? script}\nand printed:\n${failed?.output}`,
    );
  return pasted;
}

/** The lines that a document promises and that were not printed in this order; `…` stands for anything. */
export function missingLines({ seen, output }: PastedBlock): string[] {
  const printed = output.split('\n');
  return (seen ?? '').split('\n').filter((line) => {
    if (line.trim() === '') return false;
    const wanted = new RegExp(`^${line.split(/ *… */).map(escaped).join('.*')}$`);
    const place = printed.findIndex((each) => wanted.test(each.trim()));
    if (place !== -1) printed.splice(0, place + 1);
    return place === -1;
  });
}

const escaped = (text: string) =>
  text
    .trim()
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/ +/g, ' +');
