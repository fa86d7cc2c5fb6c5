/** Tells the server what somebody does, one thing after the other: keys arrive in the order in which they were pressed. */

let last: Promise<unknown> = Promise.resolve();

/** Does one thing. Resolves with null, or with why it could not be done. Never rejects. */
export function act(action: Record<string, unknown>): Promise<string | null> {
  const sent = last.then(() => post(action));
  last = sent;
  return sent;
}

async function post(action: Record<string, unknown>): Promise<string | null> {
  try {
    const response = await fetch('/sandbox/do', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(action),
    });
    if (response.ok) return null;
    const { detail } = (await response.json()) as { detail: string };
    return detail;
  } catch {
    return 'The sandbox does not answer.';
  }
}
