/** The ways in which a person can be asked. */
import type { PhoneType } from '../../domain/phone-type.ts';

/** A phone of a user that may be asked. */
export interface ReachablePhone {
  phoneType: PhoneType;
  /** E.164. */
  phoneNumber: string;
  extension: string | null;
  /** False: an administrator has entered it, and the person registers it by answering. */
  isVerified: boolean;
  /** What the policy allows of it. */
  channels: readonly ('call' | 'sms')[];
}

/** One way: a phone and how it is asked. */
export interface Way {
  /** Stands in forms. */
  name: string;
  channel: 'call' | 'sms';
  phone: ReachablePhone;
}

const ORDER: readonly PhoneType[] = ['office', 'mobile', 'alternateMobile'];
/** What a call and a text prove (RFC 8176, section 2). */
export const AMR = { call: 'tel', sms: 'sms' } as const;

/** The ways that prove what Entra wants, in the order in which they are taken: the office phone first, texts last. */
export function waysOf(phones: readonly ReachablePhone[], amr: readonly string[]): Way[] {
  const inOrder = ORDER.flatMap((type) => phones.filter(({ phoneType }) => phoneType === type));
  const wanted = (['call', 'sms'] as const).filter((channel) => amr.includes(AMR[channel]));
  return wanted.flatMap((channel) =>
    inOrder
      .filter(({ channels }) => channels.includes(channel))
      .map((phone) => ({ name: `${phone.phoneType}-${channel}`, channel, phone })),
  );
}
