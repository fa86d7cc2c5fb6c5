/** How many characters of a name may be wrong for another name to be meant. */
const MOST_WRONG = 2;

/**
 * The name that was probably meant. Case, hyphens and underscores make no difference, and two characters may be wrong,
 * in short names fewer.
 * @param given as it was sent
 * @param names each known name, with the other names that people know it by
 */
export function likelyName(given: string, names: ReadonlyMap<string, readonly string[]>): string | undefined {
  const bare = bareName(given);
  const known = [...names].map(([name, others]) => ({ name, bare: [name, ...others].map(bareName) }));
  const same = known.find((each) => each.bare.includes(bare));
  if (same) return same.name;
  const most = Math.min(MOST_WRONG, Math.floor(bare.length / 3));
  const near = known
    .map(({ name, bare: [own = ''] }) => ({ name, wrong: distance(bare, own, most) }))
    .sort((one, other) => one.wrong - other.wrong)[0];
  return near && near.wrong <= most ? near.name : undefined;
}

function bareName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_\s]/g, '');
}

/** How many characters are to be added, left out or replaced (Levenshtein); `most + 1` for anything above. */
export function distance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let above = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, sign] of [...one].entries()) {
    const current = [row + 1];
    for (const [column, wanted] of [...other].entries()) {
      const replaced = (above[column] ?? 0) + (sign === wanted ? 0 : 1);
      current.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    above = current;
  }
  return Math.min(above.at(-1) ?? 0, most + 1);
}
