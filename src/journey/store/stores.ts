import type { RunStatement } from '../../platform/database/run-statement.ts';
import { createAnswerStore } from './answers.ts';
import { createAttemptStore } from './attempts.ts';
import { createDeliveryStore } from './deliveries.ts';
import { createEscalateStore } from './escalation.ts';
import { createLiveCallStore } from './live-calls.ts';
import { createLostCallStore } from './lost-calls.ts';
import { createSignInStore } from './sign-ins.ts';
import { createTextStore } from './texts.ts';
import { createVerificationStore } from './verifications.ts';

/** The registry's statements on verifications and calls, by what they are about. */
export type Stores = ReturnType<typeof createStores>;

/** @param run runs a statement on the registry */
export function createStores(run: RunStatement) {
  return {
    verifications: createVerificationStore(run),
    attempts: createAttemptStore(run),
    calls: createLiveCallStore(run),
    answers: createAnswerStore(run),
    lost: createLostCallStore(run),
    texts: createTextStore(run),
    signIns: createSignInStore(run),
    escalations: createEscalateStore(run),
    deliveries: createDeliveryStore(run),
  };
}
