import type { AnswerError } from './read-request.ts';

/** Endings that nobody's decision led to: asking again may succeed. */
const PASSING: ReadonlySet<string> = new Set([
  ...['unreachable', 'undelivered', 'expired', 'providerError'],
  ...['line.tooBusy', 'limit.reached', 'spending.limitReached', 'service.busy', 'service.unavailable'],
]);

/** What Entra is told when a person gives up. @param ending the outcome of a verification, or the code of a refusal */
export function errorOfEnding(ending: string | null): AnswerError {
  return ending !== null && PASSING.has(ending) ? 'temporarily_unavailable' : 'access_denied';
}
