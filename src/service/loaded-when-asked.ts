import type { PhoneNetwork } from '../providers/port.ts';

/** A phone network that is loaded for the first request to it: its package takes long, and nobody calls at the start. */
export function loadedWhenAsked(load: () => Promise<PhoneNetwork>): PhoneNetwork {
  let loading: Promise<PhoneNetwork> | undefined;
  const network = () => {
    loading ??= load();
    return loading;
  };
  return {
    placeCall: async (request) => (await network()).placeCall(request),
    fetchCall: async (callId) => (await network()).fetchCall(callId),
    findCalls: async (search) => (await network()).findCalls(search),
    endCall: async (callId) => (await network()).endCall(callId),
    checkAccess: async () => (await network()).checkAccess(),
  };
}
