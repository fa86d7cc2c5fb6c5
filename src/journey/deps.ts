import type { TenantPolicy } from '../domain/policy.ts';
import type { Events } from '../events.ts';
import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunInTime } from '../platform/database/run-in-time.ts';
import type { RunStatement, RunWhenLocked } from '../platform/database/run-statement.ts';
import type { Lane } from '../platform/lane.ts';
import type { KeyRing } from '../platform/secrets/key-ring.ts';
import type { TraceContext } from '../platform/trace-context.ts';
import type { Languages } from '../providers/locales.ts';
import type { Providers } from '../providers/port.ts';
import type { CodeTexts } from '../providers/texts/code-text.ts';
import type { CallAddresses } from './call/call-way.ts';
import type { VerificationJobs } from './job/verification-jobs.ts';
import type { LineSettings } from './place/lines.ts';
import type { CheckPin, CompletionWrites, ContestSignIn, PbxProfileOf, PolicyAt, Timeouts } from './ports.ts';
import type { RefusalsHeard } from './request/note-refusal.ts';
import type { SpendingRules } from './request/spending.ts';
import type { IssueSignInAssertion } from './sign-in/check-sign-in.ts';
import type { DeviceTokens } from './sign-in/device-token.ts';
import type { Codes } from './text/code.ts';
import type { TextAddress } from './text/text-way.ts';

/** What the journey is made of. */
export interface JourneyDeps {
  run: RunStatement;
  runWhenLocked: RunWhenLocked;
  /** For statements of requests that nobody else's work goes into, so that they leave connections to webhooks. */
  ownStatements: Lane;
  jobs: Pick<VerificationJobs, 'add' | 'wake' | 'schedule' | 'remove' | 'repair'>;
  providers: Pick<Providers, 'placeCall' | 'fetchCall' | 'findCalls' | 'endCall' | 'sendText' | 'findTexts'>;
  codes: Codes;
  /** Of the devices on which people signed in with their numbers. */
  deviceTokens: DeviceTokens;
  issueAssertion: IssueSignInAssertion;
  statusUrl: TextAddress;
  addresses: CallAddresses;
  prompts: Languages & Pick<CodeTexts, 'fillCodeText'>;
  policyAt: PolicyAt;
  currentPolicy: (tenantId: string) => Promise<{ version: number; policy: TenantPolicy }>;
  /** Seal messages that are passed on. */
  sealKeys: KeyRing;
  runInTime: RunInTime;
  pbxProfileOf: PbxProfileOf;
  checkPin: CheckPin;
  writes: CompletionWrites;
  contestSignIn: ContestSignIn;
  /** Delivers a message that was just written. */
  deliverMessage: (written: unknown) => void;
  traces: TraceContext;
  clearUp: () => Promise<void>;
  /** Hashes under keys outside the database, see `createLimits`. */
  phoneHashes: (text: string) => string[];
  spending: SpendingRules;
  refusals: RefusalsHeard;
  lines: LineSettings;
  /** How many verifications may be live at once before no more calls are placed. */
  mostLive: number;
  /** Waits, ms. */
  pause: (ms: number) => Promise<unknown>;
  timeouts: Timeouts;
  sweep: { slackMs: number; intervalMs: number };
  isStopping: () => boolean;
  clock: Clock;
  events: Events;
  log: Logger;
}
