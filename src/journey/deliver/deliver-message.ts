import { hash, randomUUIDv7 } from 'node:crypto';
import type { DeliverMessage, MessageToDeliver } from '../../domain/delivered-message.ts';
import { NO_REQUEST_KEY } from '../../domain/idempotency.ts';
import { type ParsedNumber, parseNumber } from '../../domain/number.ts';
import { extensionFits } from '../../domain/pauses.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import { ERASED_USER } from '../../domain/user.ts';
import type { Events } from '../../events.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { RunInTime } from '../../platform/database/run-in-time.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { TooLateError } from '../../platform/deadline.ts';
import type { Lines } from '../place/lines.ts';
import type { PbxProfileOf } from '../ports.ts';
import type { ChooseLocale } from '../request/choose-locale.ts';
import { patienceMs, type RequestLimits } from '../request/limits.ts';
import { pausesFor } from '../request/pauses.ts';
import { refusalOf } from '../request/refusal-of.ts';
import type { Refused } from '../store/admission.ts';
import {
  confirmRepeated,
  type DeliveryStore,
  type NewDelivery,
  runDelivery,
  writeDelivery,
} from '../store/deliveries.ts';
import type { NewVerification } from '../store/insertion.ts';
import type { Messages } from './messages.ts';
import { paceDigits } from './pace-digits.ts';

interface DeliverDeps {
  runInTime: RunInTime;
  deliveries: Pick<DeliveryStore, 'withdraw'>;
  messages: Pick<Messages, 'seal'>;
  currentPolicy: (tenantId: string) => Promise<{ version: number; policy: TenantPolicy }>;
  pbxProfileOf: PbxProfileOf;
  chooseLocale: ChooseLocale;
  resolveLocale: (wanted: string | null) => string | null;
  limits: Pick<RequestLimits, 'dayCounters' | 'hashesOf' | 'errorFor' | 'tooSoon'>;
  lines: Pick<Lines, 'lineFor' | 'slotWithin' | 'tooBusy'>;
  verifications: Parameters<typeof refusalOf>[0]['verifications'];
  addJob: (id: string, due: Date) => void;
  /** Moves a verification on in the background. */
  advanceNow: (verification: { id: string }) => void;
  clock: Clock;
  events: Events;
}

/** Trigger: somebody hands a message over. Writes its row, `queued`, and adds its job. */
export function createDeliverMessage(deps: DeliverDeps): DeliverMessage {
  return async function deliverMessage(message, deadline) {
    const { tenantId, channel } = message;
    const { version, policy } = await deadline.inTime(deps.currentPolicy(tenantId));
    const number = numberOf(message, policy);
    const now = deps.clock.now();
    const row = await deadline.inTime(newRow(deps, message, { number, policy, version, now }));
    const counted = { tenantId, userId: row.userId, purpose: 'signIn', channel, phone: number } as const;
    const counters = deps.limits.dayCounters(counted, policy, now);
    const patience = Math.min(patienceMs(policy), row.expiresAt.getTime() - now.getTime());
    const delivery = deliveryOf(deps, row.id, message);
    const statement = writeDelivery(row, delivery, counters, deps.lines.slotWithin(now, patience));
    const write = async (run: RunStatement) => {
      const result = await runDelivery(run, statement);
      if (!result.isNew && !(await confirmRepeated(run, delivery)))
        throw new TooLateError('it was taken back');
      if (result.refused === null) return result;
      const refused = readRefusal(result.refused, result.until ?? now);
      throw await refusalOf(deps, counted, { policy, number }, refused);
    };
    const written = await deps.runInTime(deadline, write, () => takeBack(deps, row.id));
    const codeFound = channel === 'sms' || paceDigits(message.text).isFound;
    if (!written.isNew) return { kind: 'repeated', codeFound };
    deps.events.emit('message.accepted', { verificationId: row.id, tenantId, channel, country: row.country });
    deps.addJob(row.id, written.slotAt ?? now);
    return { kind: 'accepted', codeFound };
  };
}

/** What was written after nobody waits for it any more is taken back before anybody is called. */
async function takeBack({ deliveries, advanceNow, clock }: DeliverDeps, id: string): Promise<void> {
  await deliveries.withdraw(id, clock.now());
  advanceNow({ id });
}

/** Rules for office phones alone are about what people register here. An extension was set up where the message comes from. */
function numberOf({ number, extension }: MessageToDeliver, policy: TenantPolicy): ParsedNumber {
  const rules = { ...policy, extension: { ...policy.extension, allowed: true } };
  return parseNumber({ number, extension: extension ?? undefined }, rules, 'mobile');
}

async function newRow(
  deps: DeliverDeps,
  { tenantId, channel, locale, lifeS }: MessageToDeliver,
  {
    number,
    policy,
    version,
    now,
  }: { number: ParsedNumber; policy: TenantPolicy; version: number; now: Date },
): Promise<NewVerification> {
  const { e164: phoneNumber, country } = number;
  const extension = channel === 'sms' ? null : number.extension;
  const profile = extension === null ? null : await deps.pbxProfileOf({ tenantId, number: phoneNumber });
  const pauses = pausesFor(NO_PAUSES, { extension }, profile, policy);
  if (pauses !== null && extension !== null && !extensionFits(pauses, extension.length))
    throw new Error('an extension and the pauses of its switchboard are longer than a provider takes');
  const wanted = deps.resolveLocale(locale) ?? undefined;
  return {
    ...{ id: randomUUIDv7(), tenantId, userId: ERASED_USER, purpose: 'deliver', channel },
    ...{ phoneType: channel === 'sms' ? 'mobile' : 'office', phoneNumber, country, extension },
    locale: deps.chooseLocale({ requested: wanted, ofUser: null, ofTenant: policy.locale, country }),
    lineNumber: deps.lines.lineFor(country, channel),
    phoneHashes: deps.limits.hashesOf({ e164: phoneNumber, extension }),
    ...{
      challenge: channel === 'sms' ? 'code' : 'pound',
      challengeDigits: null,
      codeSeed: null,
      codeHost: null,
      withoutAppPassword: false,
    },
    ...{ jobId: null, traceParent: null, ...NO_REQUEST_KEY, policyVersion: version },
    ...{ pauseBeforeS: pauses?.pauseBeforeS ?? null, pauseAfterS: pauses?.pauseAfterS ?? null },
    createdAt: now,
    expiresAt: later(now, 1000 * Math.min(lifeS ?? policy.expiresAfterS, policy.expiresAfterS)),
  };
}

const NO_PAUSES = { tenantId: '', userId: '', purpose: 'signIn', channel: 'call' } as const;

function deliveryOf({ messages }: DeliverDeps, id: string, message: MessageToDeliver): NewDelivery {
  const { source, nonce, correlationId, asksFirst, times, text } = message;
  const nonceHash = hash('sha256', nonce, 'hex');
  return { source, nonceHash, sealed: messages.seal(id, text), correlationId, asksFirst, times };
}

function readRefusal(refused: string, until: Date): Refused {
  if (refused === 'suppressed') return { kind: 'suppressed' };
  if (refused === 'line' || refused === 'paused') return { kind: refused, until };
  return { kind: 'full', counter: refused, until };
}
