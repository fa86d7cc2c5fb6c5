// An account asked over a REST API in the version of 2010-04-01. Nothing here repeats a request: whoever asked decides
// about that, on what the answer proves.
import { type Clock, systemClock } from '../../platform/clock.ts';
import type { Provider } from '../port.ts';
import type { TextSender } from '../text-port.ts';
import { createCalls } from './calls.ts';
import type { Profile } from './profiles.ts';
import { createTexts } from './texts.ts';
import { createTwilioClient, type TwilioAccess } from './twilio-client.ts';

/** The part of a provider that is asked over REST. */
export type TwilioRest = TextSender &
  Pick<Provider, 'placeCall' | 'fetchCall' | 'findCalls' | 'endCall' | 'checkAccess'>;

/**
 * The calls and texts of one account. `clock` dates those that the provider has not dated yet. Throws if it cannot
 * work at all: an account SID that is none, an unusable base URL.
 */
export function createTwilioRest({
  clock = systemClock,
  profile,
  ...access
}: TwilioAccess & { profile: Profile; clock?: Clock }): TwilioRest {
  const client = createTwilioClient(access, profile);
  return { ...createCalls(client, profile, clock), ...createTexts(client, profile, clock) };
}
