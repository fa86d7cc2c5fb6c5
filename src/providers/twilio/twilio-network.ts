// The phone network port, spoken to Twilio's REST API of 2010-04-01. Nothing here repeats a request: whoever
// asked decides about that, on what the answer proves.
import type twilio from 'twilio';
import { type Clock, later, systemClock } from '../../platform/clock.ts';
import {
  type CallSnapshot,
  type NetworkAccess,
  type PhoneNetwork,
  PhoneNetworkError,
  type PlaceCallRequest,
  type PlaceCallResult,
} from '../port.ts';
import { isCallId, readStatus } from './call-words.ts';
import { createOptions } from './create-options.ts';
import { judgeFailedCall } from './error-codes.ts';
import { listCalls } from './list-calls.ts';
import { badAnswer, isRefusal, networkError } from './network-error.ts';
import { type CallAnswer, readCall } from './read-call.ts';
import { type Failure, readFailure } from './read-failure.ts';
import { createTwilioClient, type TwilioAccess } from './twilio-client.ts';

/** Twilio's dates have whole seconds, and its clock is not ours. */
const CLOCK_SLACK_MS = 2000;

/**
 * Twilio, or a server that speaks its REST API, as a phone network. `clock` dates calls that the network has not
 * dated yet. Throws if it cannot work at all: an account SID without `AC`, an unusable base URL.
 */
export function createTwilioNetwork({
  clock = systemClock,
  ...access
}: TwilioAccess & { clock?: Clock }): PhoneNetwork {
  const client = createTwilioClient(access);
  return {
    placeCall: (request) => placeCall(client, request),
    fetchCall: (callId) => fetchCall(client, clock, callId),
    findCalls: (search) => findCalls(client, clock, search),
    endCall: (callId) => endCall(client, callId),
    checkAccess: () => checkAccess(client),
  };
}

async function placeCall(client: twilio.Twilio, request: PlaceCallRequest): Promise<PlaceCallResult> {
  try {
    return readPlacedCall(await client.calls.create(createOptions(request)));
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

/** A list of at most one call: it needs the credentials and costs the network little. */
async function checkAccess(client: twilio.Twilio): Promise<NetworkAccess> {
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
  throw new PhoneNetworkError(
    'This is not the name of a call: expected 1 to 64 letters, digits and hyphens',
    'badCallId',
  );
}

/** A 404 without an error code is not Twilio's word on a call: the base URL may lead anywhere. */
function isMissing({ httpStatus, twilioCode }: Failure): boolean {
  return httpStatus === 404 && twilioCode !== null;
}

/** Twilio, error 21220: the call is not in a state that can be changed, that is, it has ended. */
function isOver({ httpStatus, twilioCode }: Failure): boolean {
  return twilioCode === 21220 && httpStatus !== null && httpStatus < 500;
}

/** Never the error itself, not even as a cause: it holds the credentials and the numbers. */
function safe(action: string, thrown: unknown): PhoneNetworkError {
  return thrown instanceof PhoneNetworkError ? thrown : networkError(action, readFailure(thrown));
}
