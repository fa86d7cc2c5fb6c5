import { isRefusal } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { inTime } from '../../platform/in-time.ts';
import { type CallStep, STEP_RULES } from '../../providers/dialogue.ts';
import type { Providers, StepDocument } from '../../providers/port.ts';
import type { Question } from '../ports.ts';
import type { Spoken } from './speak-next.ts';

/** How often a person hears "one moment" (3 s each) before the call gives up. */
export const MOST_TRIES = 8;
/** Seconds of silence after a prompt before it is repeated. */
const GATHER_TIMEOUT_S = 5;

/** A webhook that wants to know what to play. */
export interface Asked {
  /** Who asks. */
  provider: string;
  attemptId: string;
  /** The language its address names, for when nothing else is known. */
  locale: string;
  /** The round of the question it answers. */
  round: number;
  /** The question, or null when its address does not tell it. */
  question: Question | null;
  /** How often the person has been asked to wait. */
  tries: number;
  /** The key pressed, if one was. */
  key: string | null;
}

/** What playing needs. */
export interface PlayDeps {
  publicUrl: string;
  providers: Pick<Providers, 'renderStep'>;
  /** How long work behind a document may take before the person hears "one moment", ms. */
  budgetMs: number;
  log: Logger;
}

/**
 * Makes the document that a webhook is answered with, from what `decide` comes to. In time and always: when the work
 * behind it fails or takes longer than the budget, the person hears "one moment" and the provider asks again, a few times.
 */
export function createPlay(deps: PlayDeps) {
  /** @param path the path of the webhook's address */
  return (asked: Asked, decide: () => Promise<Spoken>, path: string): Promise<StepDocument> =>
    inTime(decide(), deps.budgetMs, `the work behind a document took longer than ${deps.budgetMs} ms`).then(
      (spoken) => question(deps, asked, spoken),
      (error: unknown) => oneMoment(deps, asked, path, error),
    );
}

function question(deps: PlayDeps, asked: Asked, spoken: Spoken): StepDocument {
  const locale = spoken.locale ?? asked.locale;
  const base = `${deps.publicUrl}/webhooks/calls/${asked.attemptId}`;
  const next = new URLSearchParams({ locale, round: String(spoken.round), ...spoken.asked });
  return deps.providers.renderStep(asked.provider, {
    step: spoken.step,
    locale,
    tenantId: spoken.tenantId,
    organisation: spoken.organisation,
    greeting: spoken.greeting,
    message: spoken.message,
    timeoutS: GATHER_TIMEOUT_S,
    digitsUrl: `${base}/${takesOneKey(spoken.step) ? 'digits' : 'typed'}?${next}`,
    silenceUrl: `${base}/silence?${next}`,
    retryUrl: '',
  });
}

/** Whether the answer to a step is one key, which is no secret; a number or a PIN goes to an address of its own. */
function takesOneKey(step: CallStep): boolean {
  return ['key', 'repeat'].includes(STEP_RULES[step].takes ?? 'key');
}

/**
 * A redirect carries no digits (Twilio, Redirect), so a pressed key goes along in the signed address. Typed digits go
 * nowhere, for they may be a PIN: the question is asked again.
 */
function oneMoment(deps: PlayDeps, asked: Asked, path: string, error: unknown): StepDocument {
  const tries = asked.tries + 1;
  const hopeless = isRefusal(error);
  const step = hopeless || tries > MOST_TRIES ? 'apology' : 'one-moment';
  deps.log.warn(
    { attemptId: asked.attemptId, step, tries, err: error },
    'no document could be made for a call; the person hears an apology or is asked to wait',
  );
  const again = new URLSearchParams({ locale: asked.locale, round: String(asked.round), try: String(tries) });
  if (asked.key !== null) again.set('key', asked.key);
  const retryUrl = `${deps.publicUrl}${path.replace(/\/typed$/, '/answer')}?${again}`;
  return deps.providers.renderStep(asked.provider, {
    step,
    locale: asked.locale,
    tenantId: null,
    organisation: '',
    timeoutS: 1,
    digitsUrl: '',
    silenceUrl: '',
    retryUrl,
  });
}
