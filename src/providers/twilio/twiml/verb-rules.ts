/**
 * The part of TwiML that a template may use, with what each place may hold (Twilio: TwiML Gather, Say, Pause,
 * Redirect, Hangup). Each place names the placeholders it takes, so no address is ever spoken and no text dialed.
 * `Greeting` and `Message` are ours: a tenant's greeting, or somebody else's message, is spoken in their place, and where
 * there is none they vanish.
 */
import type { Answer, StepRule } from '../../dialogue.ts';

/** What an attribute or a text may be: a pattern and the same in words. */
interface ValueRule {
  pattern: RegExp;
  expected: string;
}

/** What one verb may hold. */
export interface VerbRule {
  required: Record<string, ValueRule>;
  optional: Record<string, ValueRule>;
  children: readonly string[];
  /** Null: no text. */
  text: ValueRule | null;
}

const exactly = (value: string, reason: string): ValueRule => ({
  pattern: new RegExp(`^${RegExp.escape(value)}$`),
  expected: `"${value}"${reason}`,
});

const COUNT: ValueRule = { pattern: /^[1-9]\d{0,3}$/, expected: 'a whole number from 1' };
const POST = exactly('POST', ': Poundkey answers POST only');

const VOICE = {
  voice: exactly('{{voice}}', ': the language file names the voice'),
  language: exactly('{{locale}}', ': the language file names the language'),
};

/**
 * How a gather ends, by what the question takes. Digits end with `#`, which Twilio keeps; the number of digits is one
 * more than a right answer has, or the `#` after the last one would come too late and count for the next question.
 */
const GATHER_ENDS: Record<Answer, Record<'finishOnKey' | 'numDigits', ValueRule>> = {
  key: {
    finishOnKey: exactly('', ': with any other value # alone never reaches Poundkey'),
    numDigits: exactly('1', ': without a finish key the first key has to end the gather'),
  },
  number: {
    finishOnKey: exactly('#', ': it ends the digits'),
    numDigits: { pattern: /^[3-9]$/, expected: '3 to 9: two digits and room for a mistake' },
  },
  pin: {
    finishOnKey: exactly('#', ': it ends the PIN'),
    numDigits: exactly('9', ': a PIN has up to 8 digits'),
  },
  repeat: {
    finishOnKey: exactly('#', ': with none, SignalWire takes the star for it'),
    numDigits: exactly('1', ': the first key has to end the gather'),
  },
};

const GATHER_OPTIONS: Record<string, ValueRule> = {
  input: exactly('dtmf', ''),
  method: POST,
  timeout: {
    pattern: /^(\{\{timeoutS\}\}|[1-9]\d{0,3})$/,
    expected: '"{{timeoutS}}" or a whole number of seconds from 1',
  },
};

const VERBS: Record<string, VerbRule> = {
  Say: {
    required: VOICE,
    optional: { loop: COUNT },
    children: [],
    text: {
      pattern: /^\{\{say\.[a-z0-9-]+\}\}$/,
      expected: 'one {{say.…}} placeholder: texts stand in the language files',
    },
  },
  Greeting: { required: VOICE, optional: {}, children: [], text: null },
  Message: { required: VOICE, optional: {}, children: [], text: null },
  Pause: { required: {}, optional: { length: COUNT }, children: [], text: null },
  Redirect: {
    required: {},
    optional: { method: POST },
    children: [],
    text: { pattern: /^\{\{(silenceUrl|retryUrl)\}\}$/, expected: '{{silenceUrl}} or {{retryUrl}}' },
  },
  Hangup: { required: {}, optional: {}, children: [], text: null },
};

/** Verbs after which Twilio reads no further. */
export const LAST_VERBS: readonly string[] = ['Redirect', 'Hangup'];

/** The rules by verb, for a step; only questions gather. `Response` is the document itself. */
export function verbRulesFor({ takes, greets }: StepRule): Record<string, VerbRule> {
  if (takes === null) return { ...VERBS, Response: response([]) };
  const children = [
    'Say',
    'Pause',
    ...(greets ? ['Greeting'] : []),
    ...(takes === 'repeat' ? ['Message'] : []),
  ];
  const required = { action: exactly('{{digitsUrl}}', ''), ...GATHER_ENDS[takes] };
  return {
    ...VERBS,
    Response: response(['Gather']),
    Gather: { required, optional: GATHER_OPTIONS, children, text: null },
  };
}

const response = (questions: string[]): VerbRule => ({
  required: {},
  optional: {},
  children: ['Say', 'Pause', ...questions, 'Redirect', 'Hangup'],
  text: null,
});
