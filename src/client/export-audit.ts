import type { Send } from './send.ts';
import type { AuditEvent } from './types.ts';

/**
 * Audit events as they come, one at a time. An export that breaks off throws, so one that ends is complete.
 * @throws PoundkeyProblem when the service refuses; what `fetch` throws when the connection breaks
 */
export async function* exportAudit(
  { send }: Pick<Send, 'send'>,
  path: string,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<AuditEvent, void, undefined> {
  const { body } = await send('GET', path, { signal });
  if (body === null) return;
  let rest = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
}
