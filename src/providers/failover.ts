import type { PlaceCallResult } from './port.ts';
import type { SendTextResult } from './text-port.ts';

/** Refusals that concern the one provider, its account or its routes. The others concern the number itself. */
const ELSEWHERE_MAYBE: readonly string[] = ['providerError', 'unreachable'];

/**
 * Whether another provider's line may be tried after this result: only where this provider is known not to have
 * dialed or sent (otherwise two calls could ring, or two texts arrive), and where another one might do better. A number that is no number
 * stays one, and what a provider blocks as fraud, premium or too dear is not tried where nobody blocks it.
 */
export function mayTryAnotherLine(result: PlaceCallResult | SendTextResult): boolean {
  if (result.kind === 'refused') return ELSEWHERE_MAYBE.includes(result.outcome);
  return result.kind === 'tryLater';
}
