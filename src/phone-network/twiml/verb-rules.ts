/**
 * The part of TwiML that a template may use, with what each place may hold (Twilio: TwiML Gather, Say, Pause,
 * Redirect, Hangup). Each place names the placeholders it takes, so no address is ever spoken and no text dialled.
 */

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

/** The rules by verb. `Response` is the document itself. */
export const VERB_RULES: Record<string, VerbRule> = {
  Response: {
    required: {},
    optional: {},
    children: ['Say', 'Pause', 'Gather', 'Redirect', 'Hangup'],
    text: null,
  },
  Say: {
    required: {
      voice: exactly('{{voice}}', ': the language file names the voice'),
      language: exactly('{{locale}}', ': the language file names the language'),
    },
    optional: { loop: COUNT },
    children: [],
    text: {
      pattern: /^\{\{say\.[a-z0-9-]+\}\}$/,
      expected: 'one {{say.…}} placeholder: texts stand in the language files',
    },
  },
  Pause: { required: {}, optional: { length: COUNT }, children: [], text: null },
  Gather: {
    required: {
      action: exactly('{{digitsUrl}}', ''),
      finishOnKey: exactly('', ': with any other value # alone never reaches Poundkey'),
      numDigits: exactly('1', ': without a finish key the first key has to end the gather'),
    },
    optional: {
      input: exactly('dtmf', ''),
      method: POST,
      timeout: {
        pattern: /^(\{\{timeoutS\}\}|[1-9]\d{0,3})$/,
        expected: '"{{timeoutS}}" or a whole number of seconds from 1',
      },
    },
    children: ['Say', 'Pause'],
    text: null,
  },
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
