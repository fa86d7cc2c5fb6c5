import { SegmentedMessage } from 'sms-segments-calculator';
import type { TextMessage } from './text-message.ts';

/** How many segments a text is sent in. */
export function segmentsOf({ request }: TextMessage): number {
  return new SegmentedMessage(request.body).segmentsCount;
}
