import { type KeyRing, seal, unseal } from './key-ring.ts';

/** A sealed text, and what it is bound to. */
interface SealedText {
  sealed: string;
  context: string;
}

/**
 * Seals texts anew that are sealed under a replaced key, so that the key can go from the ring.
 * @param replace a guarded update of one: it must leave a text alone that has changed meanwhile, and returns how many it wrote
 * @returns how many were sealed anew
 * @throws Error when the ring has lost a key that is still needed
 */
export async function resealAll<T extends SealedText>(
  sealKeys: KeyRing,
  texts: readonly T[],
  replace: (text: T, anew: string) => Promise<number>,
): Promise<number> {
  let resealed = 0;
  for (const text of texts) {
    const { sealed, context } = text;
    if (sealed.split('.')[1] === sealKeys.currentId) continue;
    resealed += await replace(text, seal(sealKeys, unseal(sealKeys, sealed, context), context));
  }
  return resealed;
}
