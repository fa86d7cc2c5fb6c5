// Calls, asked of a REST API in the version of 2010-04-01. Nothing here repeats a request: whoever asked decides about
// that, on what the answer proves.
import type twilio from 'twilio';
import { type Clock, later, systemClock } from '../../platform/clock.ts';
import {
  type CallSnapshot,
  type PlaceCallRequest,
  type PlaceCallResult,
  type Provider,
  type ProviderAccess,
  ProviderError,
} from '../port.ts';
import { isCallId, readStatus } from './call-words.ts';
import { createOptions } from './create-options.ts';
import { judgeFailedCall } from './error-codes.ts';
import { listCalls } from './list-calls.ts';
import type { Profile } from './profiles.ts';
import { badAnswer, isRefusal, providerError } from './provider-error.ts';
import { type CallAnswer, readCall } from './read-call.ts';
import { type Failure, readFailure } from './read-failure.ts';
import { createTwilioClient, type TwilioAccess } from './twilio-client.ts';

/** Dates have whole seconds, and the provider's clock is not ours. */
const CLOCK_SLACK_MS = 2000;

/** The part of a provider that is asked over REST. */
export type TwilioCalls = Pick<Provider, 'placeCall' | 'fetchCall' | 'findCalls' | 'endCall' | 'checkAccess'>;

/**
 * The calls of one account. `clock` dates calls that the provider has not dated yet. Throws if it cannot work at all:
 * an account SID that is none, an unusable base URL.
 */
export function createTwilioCalls({
  clock = systemClock,
  profile,
  ...access
}: TwilioAccess & { profile: Profile; clock?: Clock }): TwilioCalls {
  const client = createTwilioClient(access, profile);
  return {
    placeCall: (request) => placeCall(client, profile, request),
    fetchCall: ({ callId }) => fetchCall(client, clock, callId),
    findCalls: (search) => findCalls(client, clock, search),
    endCall: ({ callId }) => endCall(client, callId),
    checkAccess: () => checkAccess(client),
  };
}

async function placeCall(
  client: twilio.Twilio,
  profile: Profile,
  request: PlaceCallRequest,
): Promise<PlaceCallResult> {
  try {
    return readPlacedCall(await client.calls.create(createOptions(request, profile)));
  } catch (thrown) {
    return judgeFailedCall(readFailure(thrown));
  }
}

/** The name is what counts. Twilio, Calls: a call that was just created is `queued`. */
function readPlacedCall({ sid, status }: CallAnswer): PlaceCallResult {
  if (!isCallId(sid)) return { kind: 'unknown', errorCode: 'badAnswer' };
  return { kind: 'accepted', callId: sid, status: readStatus(status) ?? 'queued' };
}

async function fetchCall(client: twilio.Twilio, clock: Clock, callId: string): Promise<CallSnapshot | null> {
  try {
    return readCall(await callNamed(client, callId).fetch(), clock);
  } catch (thrown) {
    if (isMissing(readFailure(thrown))) return null;
    throw safe('fetch a call', thrown);
  }
}

async function findCalls(
  client: twilio.Twilio,
  clock: Clock,
  { to, from, since }: { to: string; from: string; since: Date },
): Promise<CallSnapshot[]> {
  try {
    const earliest = later(since, -CLOCK_SLACK_MS);
    const calls = (await listCalls(client, { to, from })).map((call) => readCall(call, clock));
    return calls
      .filter((call) => call.createdAt >= earliest)
      .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  } catch (thrown) {
    throw safe('list calls', thrown);
  }
}

/** Twilio, Calls: `completed` also ends a call that is queued or ringing, `canceled` would leave one in progress. */
async function endCall(client: twilio.Twilio, callId: string): Promise<void> {
  try {
    await callNamed(client, callId).update({ status: 'completed' });
  } catch (thrown) {
    const failure = readFailure(thrown);
    if (!isMissing(failure) && !isOver(failure)) throw safe('end a call', thrown);
  }
}

/** A list of at most one call: it needs the credentials and costs the provider little. */
async function checkAccess(client: twilio.Twilio): Promise<ProviderAccess> {
  try {
    const { instances } = await client.calls.page({ pageSize: 1 });
    if (!Array.isArray(instances)) throw badAnswer('a list of calls');
    return { access: 'granted' };
  } catch (thrown) {
    const access = isRefusal(readFailure(thrown)) ? 'refused' : 'unreachable';
    const { errorCode, message: reason } = safe('list a call', thrown);
    return { access, errorCode, reason };
  }
}

function callNamed(client: twilio.Twilio, callId: string): ReturnType<twilio.Twilio['calls']> {
  if (isCallId(callId)) return client.calls(callId);
  throw new ProviderError(
    'This is not the name of a call: expected 1 to 64 letters, digits and hyphens',
    'badCallId',
  );
}

/** A 404 without an error code is not the provider's word on a call: the base URL may lead anywhere. */
function isMissing({ httpStatus, twilioCode }: Failure): boolean {
  return httpStatus === 404 && twilioCode !== null;
}

/** Twilio, error 21220: the call is not in a state that can be changed, that is, it has ended. */
function isOver({ httpStatus, twilioCode }: Failure): boolean {
  return twilioCode === 21220 && httpStatus !== null && httpStatus < 500;
}

/** Never the error itself, not even as a cause: it holds the credentials and the numbers. */
function safe(action: string, thrown: unknown): ProviderError {
  return thrown instanceof ProviderError ? thrown : providerError(action, readFailure(thrown));
}
