/** A call as the REST API shows it. */
import { type Call, durationS } from './call.ts';
import { rfc2822 } from './dates.ts';
import type { Dialect } from './dialect.ts';

/** The path of a call's resource or, with `part`, of what belongs to it. */
function callPath(call: Call, { basePath }: Dialect, part = ''): string {
  return `${basePath}/2010-04-01/Accounts/${call.request.accountSid}/Calls/${call.sid}${part}.json`;
}

/** Where each thing that belongs to a call would be found. */
const PARTS = {
  events: 'Events',
  notifications: 'Notifications',
  payments: 'Payments',
  recordings: 'Recordings',
  siprec: 'Siprec',
  streams: 'Streams',
  transcriptions: 'Transcriptions',
  user_defined_message_subscriptions: 'UserDefinedMessageSubscriptions',
  user_defined_messages: 'UserDefinedMessages',
};

/**
 * The Call resource (Twilio, `api.v2010.account.call`): every field, numbers as strings, dates in RFC 2822, and what
 * the provider has in place of them.
 * `start_time` is null until the network dials; `end_time` and `duration` are null unless the call was completed.
 */
export function callResource(dialect: Dialect, call: Call) {
  const completed = call.status === 'completed';
  const parts = Object.entries(PARTS).map(([name, part]) => [name, callPath(call, dialect, `/${part}`)]);
  return {
    sid: call.sid,
    account_sid: call.request.accountSid,
    date_created: rfc2822(call.createdAt),
    date_updated: rfc2822(call.updatedAt),
    parent_call_sid: null,
    to: call.request.to,
    to_formatted: call.request.to,
    from: call.request.from,
    from_formatted: call.request.from,
    phone_number_sid: null,
    status: call.status,
    start_time: call.dialedAt === null ? null : rfc2822(call.dialedAt),
    end_time: completed && call.endedAt !== null ? rfc2822(call.endedAt) : null,
    duration: completed ? String(durationS(call)) : null,
    price: null,
    price_unit: 'USD',
    direction: 'outbound-api',
    answered_by: call.answeredBy,
    api_version: '2010-04-01',
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: String(call.queueMs),
    trunk_sid: null,
    uri: callPath(call, dialect),
    subresource_uris: Object.fromEntries(parts) as Record<keyof typeof PARTS, string>,
    ...dialect.resourceFields(call, completed ? durationS(call) : null),
  };
}
