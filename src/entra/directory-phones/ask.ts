import { DirectoryPhonesRefusal } from './refusal.ts';

/** An answer of Microsoft; its body is null where it is not JSON. */
export interface Answer {
  status: number;
  body: unknown;
}

/**
 * Asks Microsoft, and follows nobody elsewhere.
 * @throws DirectoryPhonesRefusal `unreachable` when there is no answer in time, or one to come later
 */
export async function ask(address: string, how: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(address, { ...how, redirect: 'error' });
    if (response.status === 429 || response.status >= 500)
      throw new DirectoryPhonesRefusal('unreachable', `status ${response.status}`);
    return { status: response.status, body: jsonOf(await response.text()) };
  } catch (error) {
    if (error instanceof DirectoryPhonesRefusal) throw error;
    throw new DirectoryPhonesRefusal('unreachable', error instanceof Error ? error.name : undefined);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
