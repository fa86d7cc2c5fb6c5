// The calls of an account; see `rest.ts`.
import type twilio from 'twilio';
import type { Clock } from '../../platform/clock.ts';
import {
  type CallSnapshot,
  type PlaceCallRequest,
  type PlaceCallResult,
  type Provider,
  ProviderError,
} from '../port.ts';
import { isResourceId, readStatus } from './call-words.ts';
import { checkAccess } from './check-access.ts';
import { createOptions } from './create-options.ts';
import { createdSince } from './created-since.ts';
import { judgeFailedCall } from './error-codes.ts';
import { listCalls } from './list-calls.ts';
import type { Profile } from './profiles.ts';
import { safeError } from './provider-error.ts';
import { type CallAnswer, readCall } from './read-call.ts';
import { type Failure, readFailure } from './read-failure.ts';

/** The calls of one account. `clock` dates calls that the provider has not dated yet. */
export function createCalls(
  client: twilio.Twilio,
  profile: Profile,
  clock: Clock,
): Pick<Provider, 'placeCall' | 'fetchCall' | 'findCalls' | 'endCall' | 'checkAccess'> {
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
  if (!isResourceId(sid)) return { kind: 'unknown', errorCode: 'badAnswer' };
  return { kind: 'accepted', callId: sid, status: readStatus(status) ?? 'queued' };
}

async function fetchCall(client: twilio.Twilio, clock: Clock, callId: string): Promise<CallSnapshot | null> {
  try {
    return readCall(await callNamed(client, callId).fetch(), clock);
  } catch (thrown) {
    if (isMissing(readFailure(thrown))) return null;
    throw safeError('fetch a call', thrown);
  }
}

async function findCalls(
  client: twilio.Twilio,
  clock: Clock,
  { to, from, since }: { to: string; from: string; since: Date },
): Promise<CallSnapshot[]> {
  try {
    const calls = (await listCalls(client, { to, from })).map((call) => readCall(call, clock));
    return createdSince(calls, since);
  } catch (thrown) {
    throw safeError('list calls', thrown);
  }
}

/** Twilio, Calls: `completed` also ends a call that is queued or ringing, `canceled` would leave one in progress. */
async function endCall(client: twilio.Twilio, callId: string): Promise<void> {
  try {
    await callNamed(client, callId).update({ status: 'completed' });
  } catch (thrown) {
    const failure = readFailure(thrown);
    if (!isMissing(failure) && !isOver(failure)) throw safeError('end a call', thrown);
  }
}

function callNamed(client: twilio.Twilio, callId: string): ReturnType<twilio.Twilio['calls']> {
  if (isResourceId(callId)) return client.calls(callId);
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
