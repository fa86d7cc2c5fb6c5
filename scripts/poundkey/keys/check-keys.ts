import type { Kysely } from 'kysely';
import { resealHookSecrets } from '../../../src/delivery-hooks/hooks.ts';
import { resealGraphCredentials } from '../../../src/entra/external-method/graph-credential.ts';
import { resealEntraKeys } from '../../../src/entra/external-method/signing-keys.ts';
import { resealMessageKeys } from '../../../src/entra/messages/message-keys.ts';
import { compareKeys, KEY_VARIABLES, type KeyProblem } from '../../../src/ops/keys/key-problems.ts';
import { resealSecrets } from '../../../src/outbox/reseal-secrets.ts';
import type { Clock } from '../../../src/platform/clock.ts';
import { runIn } from '../../../src/platform/database/run-statement.ts';
import type { KeyRing } from '../../../src/platform/secrets/key-ring.ts';
import type { KeyRings } from '../../../src/platform/secrets/key-rings.ts';
import type { Registry } from '../../../src/registry/schema.ts';
import { type KeyUse, readKeyUses } from './key-uses.ts';

/** One key that is in a ring, or should be. */
export interface KeyStanding {
  ring: KeyUse['ring'];
  keyId: string;
  /**
   * `current`: new values are made with it; `needed`: old values still need it; `unused`: it can be removed; `missing`: values
   * need it, but the ring lacks it; `different`: the registry was used with another key of this name; `published`: it signs
   * nothing that counts, and is published, because it is to sign next or was replaced.
   */
  standing: 'current' | 'needed' | 'unused' | 'published' | KeyProblem['problem'];
  uses: Pick<KeyUse, 'kind' | 'count'>[];
}

/** The standing of each key, what is wrong with the rings, and how many secrets were sealed again. */
export interface KeyReport {
  resealed: number;
  keys: KeyStanding[];
  problems: KeyProblem[];
}

/**
 * Seals anew what can be, and says which keys are needed. Webhook secrets, and keys of both ties to Entra, are left as they
 * are while the ring lacks a key that one of them needs, or has another key under a name that the registry knows.
 */
export function createKeyCheck(deps: { db: Kysely<Registry>; clock: Clock; keys: () => KeyRings }) {
  return async (): Promise<KeyReport> => {
    const keys = deps.keys();
    const { problems } = await compareKeys(keys, deps);
    const standings = async () =>
      withDifferent(await readStandings(deps.db, keys, deps.clock.now()), problems);
    const before = await standings();
    const resealed = isLocked(before) ? 0 : await resealEverything(deps, keys.sealKeys);
    return { resealed, keys: resealed === 0 ? before : await standings(), problems };
  };
}

async function resealEverything(
  deps: { db: Kysely<Registry>; clock: Clock },
  sealKeys: KeyRing,
): Promise<number> {
  const run = runIn(deps.db);
  const reseals = [resealEntraKeys, resealMessageKeys, resealGraphCredentials, resealHookSecrets];
  let resealed = await resealSecrets(deps, sealKeys);
  for (const reseal of reseals) resealed += await reseal(run, sealKeys);
  return resealed;
}

/** The standing of each key; nothing is changed. */
async function readStandings(
  db: Kysely<Registry>,
  { hashKeys, sealKeys, signingKeys }: KeyRings,
  now: Date,
): Promise<KeyStanding[]> {
  const uses = await readKeyUses(db, now);
  return [
    ...standingsIn('hash', idsOf(hashKeys), uses),
    ...standingsIn('seal', idsOf(sealKeys), uses),
    ...standingsIn(
      'signing',
      signingKeys.keys.map(({ kid }) => kid),
      uses,
    ),
  ];
}

/** Whether what would be sealed anew may be sealed with a key that is not there, or would be with a wrong one. */
function isLocked(standings: KeyStanding[]): boolean {
  return standings.some(
    ({ ring, standing, uses }) =>
      (standing === 'missing' && uses.some(isSecret)) || (standing === 'different' && ring === 'seal'),
  );
}

function withDifferent(standings: KeyStanding[], problems: KeyProblem[]): KeyStanding[] {
  const isDifferent = ({ ring, keyId }: KeyStanding) =>
    problems.some(
      (each) => each.variable === KEY_VARIABLES[ring] && each.keyId === keyId && each.problem === 'different',
    );
  return standings.map((each) => (isDifferent(each) ? { ...each, standing: 'different' } : each));
}

const SECRETS: readonly KeyUse['kind'][] = [
  'webhook secrets',
  'keys for answers to Entra',
  'message keys',
  'credentials for Microsoft Graph',
  'secrets of delivery hooks',
];

function isSecret({ kind }: Pick<KeyUse, 'kind'>): boolean {
  return SECRETS.includes(kind);
}

const idsOf = ({ keys }: KeyRing) => [...keys.keys()];

/** The ring's keys in its order, the current one first, then those it lacks. */
function standingsIn(ring: KeyUse['ring'], keyIds: string[], uses: KeyUse[]): KeyStanding[] {
  const ofRing = uses.filter((use) => use.ring === ring);
  const ids = new Set([...keyIds, ...ofRing.map(({ keyId }) => keyId)]);
  return [...ids].map((keyId) => {
    const own = ofRing.filter((use) => use.keyId === keyId).map(({ kind, count }) => ({ kind, count }));
    const idle = ring === 'signing' ? 'published' : 'unused';
    const old = own.length > 0 ? 'needed' : idle;
    const known = keyId === keyIds[0] ? 'current' : old;
    return { ring, keyId, standing: keyIds.includes(keyId) ? known : 'missing', uses: own };
  });
}
