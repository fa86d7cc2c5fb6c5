import { checkAccessWithoutPackage } from './check-access.ts';
import type { TwilioRest } from './rest.ts';
import type { TwilioAccess } from './twilio-client.ts';

/**
 * Calls and texts of an account with an `apiBaseUrl`, for whose first request the package is loaded: it takes long, and a
 * start places no call. What a start does ask, whether access is granted, is asked without it.
 * @param load loads the package; called once at most
 */
export function loadAtFirstUse(access: TwilioAccess, load: () => Promise<TwilioRest>): TwilioRest {
  let loading: Promise<TwilioRest> | undefined;
  const rest = () => {
    loading ??= load();
    return loading;
  };
  return {
    placeCall: async (request) => (await rest()).placeCall(request),
    fetchCall: async (call) => (await rest()).fetchCall(call),
    findCalls: async (search) => (await rest()).findCalls(search),
    endCall: async (call) => (await rest()).endCall(call),
    sendText: async (request) => (await rest()).sendText(request),
    findTexts: async (search) => (await rest()).findTexts(search),
    checkAccess: () => checkAccessWithoutPackage(access),
  };
}
