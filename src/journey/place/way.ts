import type { TenantPolicy } from '../../domain/policy.ts';
import type { VerificationEventName } from '../../events.ts';
import type { PlaceCallResult } from '../../providers/port.ts';
import type { SendTextResult } from '../../providers/text-port.ts';
import type { StepResult } from '../job/advance.ts';
import type { Channel } from '../states.ts';
import type { Placing, Verification } from '../store/rows.ts';

/** What a provider said when it was asked. `id`: how it names the call or the text. */
export type Asked =
  | { kind: 'accepted'; id: string }
  | Exclude<PlaceCallResult | SendTextResult, { kind: 'accepted' }>;

/** An attempt whose parts are known. */
export type Attempt = Placing & { attemptId: string; lineNumber: string };

/** The attempt that was placed. */
export interface Placed {
  verificationId: string;
  channel: Channel;
  attemptId: string;
  country: string;
  lineNumber: string;
  /** 1 for the first attempt. */
  number: number;
  /** Until then nobody looks for the call or the text. */
  wakeAt: Date;
}

/** The names of the events about attempts, by channel. */
export const EVENTS_OF = {
  call: { begun: 'call.dialing', refused: 'call.refused', postponed: 'call.postponed', lost: 'call.lost' },
  sms: { begun: 'text.sending', refused: 'text.refused', postponed: 'text.postponed', lost: 'text.lost' },
} as const satisfies Record<Channel, Record<string, VerificationEventName>>;

/** How one channel reaches a person. */
export interface Way {
  /** Asks the provider. Never throws for what the provider says or fails to say. */
  ask(attempt: Attempt, policy: TenantPolicy): Promise<Asked>;
  /** Notes that the provider took it, under which name. */
  accepted(placed: Placed, policy: TenantPolicy, id: string): Promise<StepResult>;
  /** Reaches the person in another way after the provider refused. False: there is none, or somebody was there first. */
  insteadOf?(placed: Placed, refusal: Extract<Asked, { kind: 'refused' }>): Promise<boolean>;
  /** What is left to do while nobody knows whether the provider took it. */
  afterLost(until: Date): StepResult;
}

/** A verification of which nobody knows whether the provider took its call or text. */
export type InDoubt = Verification & { attemptId: string; lineNumber: string; dialedAt: Date };

/** How what was lost is looked for in one channel. */
export interface FindLost {
  /** The calls or texts between two numbers since then, oldest first, by the provider's names. Throws `ProviderError` when it cannot be asked. */
  find(search: { to: string; from: string; since: Date }): Promise<string[]>;
  /** Notes that this one is the attempt's. */
  adopt(verification: InDoubt, id: string): Promise<void>;
}
