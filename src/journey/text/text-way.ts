import type { TenantPolicy } from '../../domain/policy.ts';
import type { Events } from '../../events.ts';
import { type Clock, secondsUntil } from '../../platform/clock.ts';
import type { Providers } from '../../providers/port.ts';
import type { CodeTexts } from '../../providers/texts/code-text.ts';
import { type StepResult, waitUntil } from '../job/advance.ts';
import type { Asked, Attempt, FindLost, Placed, Way } from '../place/way.ts';
import type { EscalateStore } from '../store/escalation.ts';
import type { TextStore } from '../store/texts.ts';
import type { Codes } from './code.ts';
import { type Escalate, MENDED_BY_CALL } from './escalate.ts';

/** The message of somebody else that a verification passes on, as it is sent; null: it is over. */
type MessageOf = (verificationId: string) => Promise<{ text: string } | null>;

/** Where the provider tells how far the text of an attempt has come. */
export type TextAddress = (attemptId: string) => string;

/** What texts need. */
interface TextDeps {
  texts: Pick<TextStore, 'note'>;
  providers: Pick<Providers, 'sendText' | 'findTexts'>;
  codes: Codes;
  prompts: Pick<CodeTexts, 'fillCodeText'>;
  statusUrl: TextAddress;
  messageOf: MessageOf;
  escalations: Pick<EscalateStore, 'ofAttempt'>;
  escalate: Escalate;
  clock: Clock;
  events: Events;
}

/** Reaches a person by a text message with a code. */
export function createTextWay(deps: TextDeps): Way {
  return {
    ask: (attempt, policy) => ask(deps, attempt, policy),
    accepted: (placed, _policy, textId) => accepted(deps, placed, textId),
    insteadOf: (placed, refusal) => callInstead(deps, placed, refusal),
    afterLost: waitUntil,
  };
}

/** The job that was about to send the text goes on with the call. */
async function callInstead(
  { escalations, escalate }: Pick<TextDeps, 'escalations' | 'escalate'>,
  { attemptId }: Placed,
  { outcome, errorCode }: Extract<Asked, { kind: 'refused' }>,
): Promise<boolean> {
  if (!MENDED_BY_CALL.some((mended) => mended === outcome)) return false;
  const verification = await escalations.ofAttempt(attemptId);
  if (!verification) return false;
  const { kind } = await escalate(verification, { kind: 'refused', attemptId, errorCode });
  return kind === 'call';
}

/** The code is made for each text anew and stands nowhere else. Of a decoy no provider hears. */
async function ask(deps: TextDeps, attempt: Attempt, policy: TenantPolicy): Promise<Asked> {
  if (attempt.decoy !== null) return { kind: 'accepted', id: attempt.attemptId };
  const { providers, statusUrl, clock } = deps;
  const { attemptId, phoneNumber: to, lineNumber: from, expiresAt } = attempt;
  const body = await bodyOf(deps, attempt, policy);
  if (body === null) return MESSAGE_GONE;
  const result = await providers.sendText({
    ...{ attemptId, to, from },
    body,
    validityS: Math.max(1, secondsUntil(expiresAt, clock.now())),
    statusUrl: statusUrl(attemptId),
  });
  return result.kind === 'accepted' ? { kind: 'accepted', id: result.textId } : result;
}

/** What is sent: our own text with a code, or a message of somebody else as it is; null: that is over. */
async function bodyOf(
  { messageOf, codes, prompts }: TextDeps,
  attempt: Attempt,
  { organisation, textMessage }: TenantPolicy,
): Promise<string | null> {
  if (attempt.purpose === 'deliver') return (await messageOf(attempt.id))?.text ?? null;
  const { locale, tenantId, codeHost } = attempt;
  const reader = codeHost === null ? readerOf(textMessage) : { host: codeHost, appHash: null };
  const code = codes.codeOf(attempt);
  return prompts.fillCodeText({ locale, tenantId, organisation, code, ...reader }).body;
}

/** Nobody was asked for anything. */
const MESSAGE_GONE: Asked = {
  kind: 'refused',
  outcome: 'providerError',
  errorCode: 'messageGone',
  alarm: false,
};

/** Who fills in the code: the browser on a page, and an app. */
const readerOf = ({ codeHost, androidAppHash }: TenantPolicy['textMessage']) => ({
  host: codeHost,
  appHash: androidAppHash,
});

async function accepted(
  { texts, clock, events }: Pick<TextDeps, 'texts' | 'clock' | 'events'>,
  { verificationId, attemptId }: Pick<Placed, 'verificationId' | 'attemptId'>,
  textId: string,
): Promise<StepResult> {
  const noted = await texts.note({ attemptId, textId, progress: null, sender: null, at: clock.now() });
  // Of a decoy, by the name that `ask` gave it, there is nothing to tell.
  if (textId !== attemptId) events.emit('text.sent', { verificationId, attemptId });
  return noted?.state === 'sent' ? { kind: 'wait', until: noted.wakeAt, written: true } : 'moved';
}

/** Finds texts that were lost. What was sent cannot be taken back. */
export function createFindTexts(deps: Pick<TextDeps, 'texts' | 'providers' | 'clock' | 'events'>): FindLost {
  return {
    find: async (search) => (await deps.providers.findTexts(search)).map(({ textId }) => textId),
    async adopt({ id: verificationId, attemptId }, textId) {
      await deps.texts.note({ attemptId, textId, progress: null, sender: null, at: deps.clock.now() });
      deps.events.emit('text.adopted', { verificationId, attemptId });
    },
  };
}
