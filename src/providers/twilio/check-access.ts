// Whether a provider takes our access data: a list of at most one call needs them and costs the provider little.
import type twilio from 'twilio';
import { z } from 'zod';
import type { ProviderAccess } from '../port.ts';
import { basic, credentialsOf } from './credentials.ts';
import { badAnswer, isRefusal, safeError } from './provider-error.ts';
import { readFailure } from './read-failure.ts';
import type { TwilioAccess } from './twilio-client.ts';

/** What matters of an answer: the calls, or the code of an error. */
const BODY = z.object({ calls: z.unknown(), code: z.unknown() }).partial();

/** Asks by the `twilio` package. Never throws. */
export function checkAccess(client: twilio.Twilio): Promise<ProviderAccess> {
  return judge(async () => (await client.calls.page({ pageSize: 1 })).instances);
}

/** The same without the package, whose code takes a tenth of a second to load; for an account behind an address of its own, `apiBaseUrl`. */
export function checkAccessWithoutPackage(access: TwilioAccess): Promise<ProviderAccess> {
  return judge(() => listWithoutPackage(access));
}

async function judge(listCalls: () => Promise<unknown>): Promise<ProviderAccess> {
  try {
    if (!Array.isArray(await listCalls())) throw badAnswer('a list of calls');
    return { access: 'granted' };
  } catch (thrown) {
    const access = isRefusal(readFailure(thrown)) ? 'refused' : 'unreachable';
    const { errorCode, message: reason } = safeError('list a call', thrown);
    return { access, errorCode, reason };
  }
}

/** The calls of the answer's body. @throws what `readFailure` understands */
async function listWithoutPackage(access: TwilioAccess): Promise<unknown> {
  const { sid, secret } = credentialsOf(access);
  const headers = { authorization: basic(sid, secret) };
  const address = `${access.apiBaseUrl}/2010-04-01/Accounts/${access.accountSid}/Calls.json?PageSize=1`;
  const signal = AbortSignal.timeout(access.requestTimeoutMs);
  const answer = await fetch(address, { headers, signal }).catch(throwCause);
  const { data: body } = BODY.safeParse(await answer.json().catch(() => null));
  if (!answer.ok) throw { status: answer.status, code: body?.code };
  return body?.calls;
}

/** `fetch` hides what happened to the connection in the cause of its error. */
function throwCause(error: { name?: string; cause?: unknown }): never {
  throw error.name === 'TimeoutError' ? { code: 'ETIMEDOUT' } : (error.cause ?? error);
}
