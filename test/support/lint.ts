/** Runs the project's lint rules over a copy of its sources, in which a test may plant files. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root. */
export const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** One finding: the file from the root, the rule's name, and the line it begins in. */
export interface Finding {
  path: string;
  rule: string;
  line: number;
}

/**
 * Lints `src` and `scripts` as the project is configured, with files added or replaced.
 * @param planted content by path from the root
 * @throws Error with what Biome said when it did not run to its end
 */
export function lintWith(planted: Record<string, string>): Finding[] {
  const copy = mkdtempSync(join(tmpdir(), 'poundkey-lint-'));
  try {
    for (const name of ['src', 'scripts', 'biome.json', 'tsconfig.json', 'package.json', '.gitignore'])
      cpSync(join(PROJECT, name), join(copy, name), { recursive: true });
    for (const [path, content] of Object.entries(planted)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), content);
    }
    return lint(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

interface Report {
  diagnostics: { category: string; location: { path: string; start?: { line: number } } }[];
}

function lint(directory: string): Finding[] {
  const biome = join(PROJECT, 'node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'lint', '--reporter=json', '--max-diagnostics=none'];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (!stdout.startsWith('{')) throw new Error(`Biome gave no report: ${stderr}`);
  const { diagnostics } = JSON.parse(stdout) as Report;
  return diagnostics.map(({ category, location }) => ({
    path: location.path.replaceAll('\\', '/'),
    rule: category.split('/').at(-1) ?? category,
    line: location.start?.line ?? 0,
  }));
}
