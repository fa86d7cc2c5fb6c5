import { distance } from './likely-name.ts';
import type { MountedSet } from './mount-sets.ts';

/** How many characters of each fixed part of an address may be wrong. */
const MOST_WRONG = 2;

/**
 * Finds the address that was probably meant by one that does not exist: with slashes too many or at the end, in another
 * case, without the prefix of its set or with something before it, or misspelt.
 * @param sets those whose addresses may be told to everybody
 * @returns such as `/v1/things/{id}`: never a value, which may be a user's id
 */
export function addressFinder(sets: readonly MountedSet[]): (path: string) => string | undefined {
  const addresses = sets.flatMap(({ under, routes }) =>
    [...new Set(routes.map(({ path }) => path))].map((path) => ({
      path,
      parts: partsOf(path),
      under: partsOf(under),
    })),
  );
  return (path) => {
    const parts = partsOf(path.toLowerCase());
    const nearest = addresses
      .map((address) => ({
        path: address.path,
        wrong: Math.min(
          ...[parts, [...address.under, ...parts], parts.slice(1)].map((asked) =>
            wrongIn(asked, address.parts),
          ),
        ),
      }))
      .sort((one, other) => one.wrong - other.wrong)[0];
    return nearest && nearest.wrong < Number.POSITIVE_INFINITY
      ? nearest.path.replaceAll(/:(\w+)/g, '{$1}')
      : undefined;
  };
}

const partsOf = (path: string) => path.split('/').filter((part) => part !== '');

/** How far parts are from those of a route; a parameter fits anything, a fixed part a little better. */
function wrongIn(asked: readonly string[], route: readonly string[]): number {
  if (asked.length !== route.length || asked.length === 0) return Number.POSITIVE_INFINITY;
  return route.reduce((sum, part, index) => sum + wrongInPart(asked[index] ?? '', part), 0);
}

function wrongInPart(asked: string, part: string): number {
  if (part.startsWith(':')) return 0.5;
  const most = Math.min(MOST_WRONG, Math.floor(part.length / 3));
  const wrong = distance(asked, part.toLowerCase(), most);
  return wrong > most ? Number.POSITIVE_INFINITY : wrong;
}
