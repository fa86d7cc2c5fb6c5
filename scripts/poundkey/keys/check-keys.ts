import type { Kysely } from 'kysely';
import { resealSecrets } from '../../../src/outbox/reseal-secrets.ts';
import type { Clock } from '../../../src/platform/clock.ts';
import type { KeyRing } from '../../../src/platform/secrets/key-ring.ts';
import type { Registry } from '../../../src/registry/schema.ts';
import type { KeyRings } from '../../../src/service/open-stores.ts';
import { type KeyUse, readKeyUses } from './key-uses.ts';

/** One key that is in a ring, or should be. */
export interface KeyStanding {
  ring: KeyUse['ring'];
  keyId: string;
  /**
   * `current`: new values are made with it; `needed`: old values still need it; `unused`: it can be removed; `missing`: values
   * need it, but the ring lacks it.
   */
  standing: 'current' | 'needed' | 'unused' | 'missing';
  uses: Pick<KeyUse, 'kind' | 'count'>[];
}

/** The standing of each key, and how many webhook secrets were sealed again. */
export interface KeyReport {
  resealed: number;
  keys: KeyStanding[];
}

/**
 * Seals anew what can be, and says which keys are needed. Webhook secrets are left as they are while the ring lacks
 * a key that one of them needs.
 */
export function createKeyCheck(deps: { db: Kysely<Registry>; clock: Clock; keys: () => KeyRings }) {
  return async (): Promise<KeyReport> => {
    const keys = deps.keys();
    const standings = () => readStandings(deps.db, keys, deps.clock.now());
    const before = await standings();
    const locked = before.some(({ standing, uses }) => standing === 'missing' && uses.some(isSecret));
    const resealed = locked ? 0 : await resealSecrets(deps.db, keys.sealKeys);
    return { resealed, keys: resealed === 0 ? before : await standings() };
  };
}

/** The standing of each key; nothing is changed. */
async function readStandings(
  db: Kysely<Registry>,
  { hashKeys, sealKeys }: KeyRings,
  now: Date,
): Promise<KeyStanding[]> {
  const uses = await readKeyUses(db, now);
  return [...standingsIn('hash', hashKeys, uses), ...standingsIn('seal', sealKeys, uses)];
}

function isSecret({ kind }: Pick<KeyUse, 'kind'>): boolean {
  return kind === 'webhook secrets';
}

/** The ring's keys in its order, then those it lacks. */
function standingsIn(ring: KeyUse['ring'], { currentId, keys }: KeyRing, uses: KeyUse[]): KeyStanding[] {
  const ofRing = uses.filter((use) => use.ring === ring);
  const ids = new Set([...keys.keys(), ...ofRing.map(({ keyId }) => keyId)]);
  return [...ids].map((keyId) => {
    const own = ofRing.filter((use) => use.keyId === keyId).map(({ kind, count }) => ({ kind, count }));
    const old = own.length > 0 ? 'needed' : 'unused';
    const known = keyId === currentId ? 'current' : old;
    return { ring, keyId, standing: keys.has(keyId) ? known : 'missing', uses: own };
  });
}
