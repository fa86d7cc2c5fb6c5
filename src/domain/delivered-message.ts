/** A message of somebody else that goes out as a call or a text: the same for all who hand messages over. */
import type { Deadline } from '../platform/deadline.ts';

/** A finished message with a code in it, for one phone. */
export interface MessageToDeliver {
  tenantId: string;
  /** Who hands it over, by kind and id. */
  source: string;
  /** What tells it from that source's other messages. */
  nonce: string;
  correlationId: string | null;
  channel: 'call' | 'sms';
  /** With `+` and the country code. */
  number: string;
  extension: string | null;
  text: string;
  /** A tag of BCP 47, or what is meant for one; null: not said. */
  locale: string | null;
  /** How long it is worth anything, s; null: as long as the policy lets verifications last. */
  lifeS: number | null;
  /** Whether a call asks for `#` before it speaks the message, and how often it speaks it. */
  asksFirst: boolean;
  times: number;
}

/**
 * Takes a message over: from then on its call or text goes the way of every verification. `repeated`: the source handed it over
 * before, and nothing more happens.
 * @throws ServiceError when the number, the daily limits or the line do not allow it; TooLateError when it could not
 *   be written in time: then it is not delivered
 */
export type DeliverMessage = (
  message: MessageToDeliver,
  deadline: Deadline,
) => Promise<{ kind: 'accepted' | 'repeated'; codeFound: boolean }>;
