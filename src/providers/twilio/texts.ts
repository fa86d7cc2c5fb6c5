// The texts of an account; see `rest.ts`.
import type twilio from 'twilio';
import type { MessageListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/message.js';
import type { Clock } from '../../platform/clock.ts';
import type { SendTextRequest, SendTextResult, TextSender } from '../text-port.ts';
import { isResourceId } from './call-words.ts';
import { createdSince } from './created-since.ts';
import { listTexts } from './list-texts.ts';
import type { Profile } from './profiles.ts';
import { safeError } from './provider-error.ts';
import { readFailure } from './read-failure.ts';
import { readText } from './read-text.ts';
import { judgeFailedText } from './text-codes.ts';

/** The texts of one account. `clock` dates texts that the provider has not dated yet. */
export function createTexts(client: twilio.Twilio, profile: Profile, clock: Clock): TextSender {
  return {
    sendText: (request) => sendText(client, profile, request),
    async findTexts({ to, from, since }) {
      try {
        const texts = (await listTexts(client, { to, from })).map((text) => readText(text, clock));
        return createdSince(texts, since);
      } catch (thrown) {
        throw safeError('list texts', thrown);
      }
    },
  };
}

async function sendText(
  client: twilio.Twilio,
  profile: Profile,
  request: SendTextRequest,
): Promise<SendTextResult> {
  try {
    const { sid } = await client.messages.create(textOptions(request, profile));
    return isResourceId(sid)
      ? { kind: 'accepted', textId: sid }
      : { kind: 'unknown', errorCode: 'badAnswer' };
  } catch (thrown) {
    return judgeFailedText(readFailure(thrown));
  }
}

/** What is asked for one text. */
function textOptions(
  { to, from, body, validityS, statusUrl }: SendTextRequest,
  { retryFragment, hasRiskCheck }: Profile,
): MessageListInstanceCreateOptions {
  return {
    to,
    from,
    body,
    statusCallback: statusUrl + retryFragment,
    validityPeriod: validityS,
    // Twilio, error 30450: the check for texts that are sent only to earn on them should stay on for codes.
    ...(hasRiskCheck ? { riskCheck: 'enable' } : {}),
  };
}
