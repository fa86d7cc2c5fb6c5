/** A text as the REST API shows it. */
import { rfc2822 } from './dates.ts';
import type { Dialect } from './dialect.ts';
import { segmentsOf } from './segments-of.ts';
import type { TextMessage } from './text-message.ts';

/**
 * The Message resource (Twilio, `api.v2010.account.message`): every field, dates in RFC 2822, and what the provider has
 * in place of them. `date_sent` is null until the network took it.
 */
export function textResource(dialect: Dialect, text: TextMessage) {
  const { accountSid, to, from, body } = text.request;
  const path = `${dialect.basePath}/2010-04-01/Accounts/${accountSid}/Messages/${text.sid}`;
  return {
    sid: text.sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    body,
    date_created: rfc2822(text.createdAt),
    date_updated: rfc2822(text.updatedAt),
    date_sent: text.sentAt === null ? null : rfc2822(text.sentAt),
    direction: 'outbound-api',
    error_code: text.errorCode,
    error_message: text.errorCode === null ? null : `Error ${text.errorCode}`,
    from,
    to,
    messaging_service_sid: null,
    num_media: '0',
    num_segments: String(segmentsOf(text)),
    price: null,
    price_unit: 'USD',
    status: text.status,
    subresource_uris: { media: `${path}/Media.json` },
    uri: `${path}.json`,
    ...dialect.textResourceFields(text),
  };
}
