/** Speaks what the caller says, where the browser has a voice for its language. Nothing waits for it: some voices never say that they have ended. */
import { spokenBy } from './caption-words.ts';
import { serverTime } from './server-time.ts';
import type { HeardView } from './view.ts';

/** Silent. @param changed called whenever the browser has found voices: what it could not say before is to be said then */
export function createVoice(changed: () => void) {
  const synthesis = globalThis.speechSynthesis as SpeechSynthesis | undefined;
  let spokenAt = 0;
  // Chromium looks for voices only once it is asked.
  synthesis?.getVoices();
  if (synthesis && 'addEventListener' in synthesis) synthesis.addEventListener('voiceschanged', changed);
  const stop = () => synthesis?.cancel();

  /** Speaks in place of what is being spoken. Returns whether there is a voice for it. */
  function speak(text: string, language: string | null): boolean {
    stop();
    const voice = synthesis && voiceFor(synthesis, language);
    if (!voice) return false;
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    synthesis.speak(utterance);
    return true;
  }

  return {
    /** Ends what is being spoken. */
    stop,
    /** Says once what has not been said of it by now; null: nothing is said any more. */
    say(heard: HeardView | null): void {
      if (heard?.at === spokenAt || (!heard && spokenAt === 0)) return;
      spokenAt = 0;
      if (!heard) stop();
      else if (speak(heard.text.slice(spokenBy(heard, serverTime())), heard.language)) spokenAt = heard.at;
    },
    /** Says all of it once more. */
    repeat: (heard: HeardView): void => void speak(heard.text, heard.language),
  };
}

/** A voice of the very language and country, or of the language. */
function voiceFor(synthesis: SpeechSynthesis, language: string | null): SpeechSynthesisVoice | null {
  const wanted = (language ?? 'en-US').toLowerCase();
  const voices = synthesis.getVoices();
  const tagOf = ({ lang }: SpeechSynthesisVoice) => lang.toLowerCase().replace('_', '-');
  const [short] = wanted.split('-');
  return (
    voices.find((voice) => tagOf(voice) === wanted) ??
    voices.find((voice) => tagOf(voice).split('-')[0] === short) ??
    null
  );
}
