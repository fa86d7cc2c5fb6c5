import type { TwilioCalls } from '../providers/twilio/calls.ts';

/** Calls of a provider whose code is loaded for the first request: its package takes long, and nobody calls at the start. */
export function loadedWhenAsked(load: () => Promise<TwilioCalls>): TwilioCalls {
  let loading: Promise<TwilioCalls> | undefined;
  const calls = () => {
    loading ??= load();
    return loading;
  };
  return {
    placeCall: async (request) => (await calls()).placeCall(request),
    fetchCall: async (call) => (await calls()).fetchCall(call),
    findCalls: async (search) => (await calls()).findCalls(search),
    endCall: async (call) => (await calls()).endCall(call),
    checkAccess: async () => (await calls()).checkAccess(),
  };
}
