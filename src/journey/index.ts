import type { Kysely } from 'kysely';
import type { Events } from '../events.ts';
import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Languages } from '../providers/locales.ts';
import type { Providers } from '../providers/port.ts';
import type { Registry } from '../registry/schema.ts';
import { createAdvance } from './advance.ts';
import { createAnswerCall } from './answer-call.ts';
import { createCancelVerification } from './cancel-verification.ts';
import { createChooseChallenge } from './choose-challenge.ts';
import { createChooseLocale } from './choose-locale.ts';
import { createCompleteRegistration } from './complete-registration.ts';
import { type CallAddresses, createDial } from './dial.ts';
import { createFindDialPauses } from './dial-pauses.ts';
import { createFindLostCall } from './find-lost-call.ts';
import { createFollowCall } from './follow-call.ts';
import { createCountRequest, createForgetCounts, createReachedLimits } from './limits.ts';
import { createLines, type LineSettings } from './lines.ts';
import { createMakeVerification } from './new-verification.ts';
import { createNumberToCall } from './number-to-call.ts';
import { createPlaceCall } from './place-call.ts';
import type {
  CheckPin,
  DialPauses,
  MakeAppPassword,
  Patience,
  RegisteredOfficePhone,
  RulesOf,
} from './ports.ts';
import { createReadVerification } from './read-verification.ts';
import { createRecordDigits } from './record-digits.ts';
import { createRefusalsOf } from './refusals.ts';
import { createRequestVerification } from './request-verification.ts';
import { createSpeakNext } from './speak-next.ts';
import type { State } from './states.ts';
import { createAnswerStore } from './store/answers.ts';
import { createCallAttemptStore } from './store/call-attempts.ts';
import { createCompletionStore } from './store/completion.ts';
import { createDialSlotStore } from './store/dial-slots.ts';
import { createLiveCallStore } from './store/live-calls.ts';
import { createVerificationStore } from './store/verifications.ts';
import { createSweep } from './sweep.ts';
import { createTakeOverJob } from './take-over-job.ts';
import type { VerificationJobs } from './verification-jobs.ts';
import { createWatchCall } from './watch-call.ts';

/** One line of the journey: what sets a step off, the file that does it, and the states it leads from and to. */
interface JourneyLine {
  trigger: string;
  step: string;
  from: readonly State[];
  to: readonly State[];
}

/** The journey of a verification, in order. Read it as the table of contents of this folder. */
export const JOURNEY: readonly JourneyLine[] = [
  { trigger: 'POST /v1/verifications', step: 'request-verification', from: [], to: ['queued'] },
  { trigger: 'a job that a backend added', step: 'take-over-job', from: [], to: ['queued'] },
  {
    trigger: 'job: queued',
    step: 'place-call',
    from: ['queued'],
    to: ['dialing', 'ringing', 'queued', 'decided'],
  },
  {
    trigger: 'job: dialing',
    step: 'find-lost-call',
    from: ['dialing'],
    to: ['ringing', 'dialing', 'decided'],
  },
  {
    trigger: 'webhook: status',
    step: 'follow-call',
    from: ['dialing', 'ringing'],
    to: ['ringing', 'answered'],
  },
  {
    trigger: 'webhook: answer, fallback',
    step: 'answer-call',
    from: ['dialing', 'ringing'],
    to: ['answered'],
  },
  {
    trigger: 'webhook: digits, typed, silence',
    step: 'record-digits',
    from: ['answered'],
    to: ['answered', 'decided'],
  },
  { trigger: 'webhook: machine', step: 'follow-call', from: ['answered'], to: ['decided'] },
  { trigger: 'job: ringing, answered', step: 'watch-call', from: ['ringing', 'answered'], to: ['decided'] },
  {
    trigger: 'POST /v1/verifications/{id}/cancel',
    step: 'cancel-verification',
    from: ['queued', 'dialing', 'ringing', 'answered'],
    to: ['decided'],
  },
  { trigger: 'job: decided', step: 'complete-registration', from: ['decided'], to: ['finished'] },
  { trigger: 'timer', step: 'sweep', from: ['queued', 'dialing', 'ringing', 'answered', 'decided'], to: [] },
  { trigger: 'GET /v1/verifications/{id}', step: 'read-verification', from: [], to: [] },
];

/** What the journey is made of. */
export interface JourneyDeps {
  db: Kysely<Registry>;
  jobs: Pick<VerificationJobs, 'add' | 'wake' | 'repair'>;
  network: Providers;
  addresses: CallAddresses;
  prompts: Languages;
  rulesOf: RulesOf;
  registeredOfficePhone: RegisteredOfficePhone;
  /** How a switchboard (E.164) wants extensions dialled, or null. */
  pbxProfileOf: (switchboard: { tenantId: string; number: string }) => Promise<DialPauses | null>;
  assertRoomForAppPassword: (user: { tenantId: string; userId: string }) => Promise<void>;
  /** The language that the user wants, or null. */
  localeOf: (user: { tenantId: string; userId: string }) => Promise<string | null>;
  /** Whether the tenant set a PIN for the user. */
  hasPin: (user: { tenantId: string; userId: string }) => Promise<boolean>;
  checkPin: CheckPin;
  makeAppPassword: MakeAppPassword;
  clearUp: () => Promise<number>;
  /** A hash under a key outside the database. */
  keyedHash: (text: string) => string;
  tenantExists: (tenantId: string) => Promise<boolean>;
  /** Throws `user.blocked` when the user may not be verified. */
  assertNotBlocked: (user: { tenantId: string; userId: string }) => Promise<void>;
  lines: LineSettings;
  /** Waits, ms. */
  pause: (ms: number) => Promise<unknown>;
  patience: Patience;
  sweep: { slackMs: number; intervalMs: number };
  isStopping: () => boolean;
  clock: Clock;
  events: Events;
  log: Logger;
}

/** The journey, put together: what the REST API, the webhooks, the worker and the timer call. */
export type Journey = ReturnType<typeof createJourney>;

/** Puts the steps together. Nothing here decides anything. */
export function createJourney(given: JourneyDeps) {
  const { db, jobs } = given;
  const slots = createDialSlotStore(db);
  const deps = {
    ...given,
    slots,
    lines: createLines({ settings: given.lines, slots, clock: given.clock }),
    countRequest: createCountRequest(given),
    wake: jobs.wake,
    addJob: jobs.add,
    repairJob: jobs.repair,
    verifications: createVerificationStore(db),
    attempts: createCallAttemptStore(db),
    calls: createLiveCallStore(db),
    answers: createAnswerStore(db),
    completion: createCompletionStore(db),
    speakNext: createSpeakNext(given),
    chooseChallenge: createChooseChallenge(given),
    chooseLocale: createChooseLocale(given.prompts),
    numberToCall: createNumberToCall(given),
    findDialPauses: createFindDialPauses(given),
  };
  const dial = createDial(deps);
  const readVerification = createReadVerification(deps);
  const requestVerification = createRequestVerification({
    ...deps,
    newVerification: createMakeVerification(deps),
  });
  const watchCall = createWatchCall(deps);
  const steps = {
    queued: createPlaceCall({ ...deps, dial }),
    dialing: createFindLostCall({ ...deps, dial }),
    ringing: watchCall,
    answered: watchCall,
    decided: createCompleteRegistration(deps),
  };
  return {
    verifications: deps.verifications,
    requestVerification,
    takeOverJob: createTakeOverJob({ ...deps, requestVerification }),
    refusalsOf: createRefusalsOf({ ...deps, reachedLimits: createReachedLimits(given) }),
    readVerification,
    attemptOf: deps.attempts.ofVerification,
    cancelVerification: createCancelVerification({ ...deps, readVerification }),
    answerCall: createAnswerCall(deps),
    recordDigits: createRecordDigits(deps),
    followCall: createFollowCall(deps),
    advance: createAdvance({ ...deps, steps }),
    sweep: createSweep({
      ...deps,
      clearUp: async () => (await given.clearUp()) + (await createForgetCounts(given)()),
      slackMs: given.sweep.slackMs,
      leaseMs: given.sweep.intervalMs / 2,
    }),
  };
}
