/** Speaks what the caller says, where the browser has a voice for its language. Nothing waits for it: some voices never say that they have ended. */

/** Speaks a text in place of what is being spoken. */
export function speak(text: string, language: string | null): void {
  const synthesis = globalThis.speechSynthesis as SpeechSynthesis | undefined;
  if (!synthesis) return;
  stopSpeaking();
  const voice = voiceFor(synthesis, language);
  if (!voice) return;
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.voice = voice;
  utterance.lang = voice.lang;
  synthesis.speak(utterance);
}

/** Ends what is being spoken. */
export function stopSpeaking(): void {
  (globalThis.speechSynthesis as SpeechSynthesis | undefined)?.cancel();
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
