import { ownValue } from './own-value.ts';

/** Amazon Polly's voices in Twilio's `<Say>`, by language (Twilio: text-to-speech voices; the `twilio` package's SayVoice). */
const POLLY: Record<string, string> = {
  'ar-AE': 'Hala-Neural Zayd-Neural',
  arb: 'Zeina',
  'ca-ES': 'Arlet-Neural',
  'cmn-CN': 'Zhiyu Zhiyu-Neural',
  'cy-GB': 'Gwyneth',
  'da-DK': 'Mads Naja Sofie-Neural',
  'de-AT': 'Hannah-Neural',
  'de-DE': 'Hans Marlene Vicki Vicki-Neural Daniel-Neural Vicki-Generative Daniel-Generative',
  'en-AU': 'Nicole Russell Olivia-Neural Olivia-Generative',
  'en-GB': 'Amy Brian Emma Amy-Neural Arthur-Neural Brian-Neural Emma-Neural Amy-Generative',
  'en-IE': 'Niamh-Neural',
  'en-IN': 'Aditi Raveena Kajal-Neural Kajal-Generative',
  'en-NZ': 'Aria-Neural',
  'en-US': [
    'Ivy Joanna Joey Justin Kendra Kevin Kimberly Matthew Salli',
    'Danielle-Neural Gregory-Neural Ivy-Neural Joanna-Neural Joey-Neural Justin-Neural Kendra-Neural Kevin-Neural',
    'Kimberly-Neural Matthew-Neural Ruth-Neural Salli-Neural Stephen-Neural',
    'Danielle-Generative Joanna-Generative Matthew-Generative Ruth-Generative Stephen-Generative',
  ].join(' '),
  'en-ZA': 'Ayanda-Neural Ayanda-Generative',
  'es-ES': 'Conchita Enrique Lucia Lucia-Neural Sergio-Neural Lucia-Generative Sergio-Generative',
  'es-MX': 'Mia Andres-Neural Mia-Neural Andres-Generative Mía-Generative',
  'es-US': 'Lupe Miguel Penelope Lupe-Neural Pedro-Neural Lupe-Generative Pedro-Generative',
  'fi-FI': 'Suvi-Neural',
  'fr-BE': 'Isabelle-Neural',
  'fr-CA': 'Chantal Gabrielle-Neural Liam-Neural',
  'fr-FR': 'Celine Lea Mathieu Lea-Neural Remi-Neural Lea-Generative Rémi-Generative',
  'hi-IN': 'Aditi Kajal-Neural',
  'is-IS': 'Dora Karl',
  'it-IT': 'Bianca Carla Giorgio Adriano-Neural Bianca-Neural Bianca-Generative',
  'ja-JP': 'Mizuki Takumi Kazuha-Neural Takumi-Neural Tomoko-Neural',
  'ko-KR': 'Seoyeon Seoyeon-Neural',
  'nb-NO': 'Liv Ida-Neural',
  'nl-BE': 'Lisa-Neural',
  'nl-NL': 'Lotte Ruben Laura-Neural',
  'pl-PL': 'Ewa Jacek Jan Maja Ola-Neural',
  'pt-BR': 'Camila Ricardo Vitoria Camila-Neural Thiago-Neural Vitoria-Neural',
  'pt-PT': 'Cristiano Ines Ines-Neural',
  'ro-RO': 'Carmen',
  'ru-RU': 'Maxim Tatyana',
  'sv-SE': 'Astrid Elin-Neural',
  'tr-TR': 'Filiz Burcu-Neural',
};

/** Google's voices carry their language in their name; not every language has every kind. */
const GOOGLE = /^Google\.([a-z]{2,3}-[A-Z]{2})-(?:Standard|Wavenet|Neural2|Chirp3-HD)-[A-Z][a-z]*$/;

/** Whether a voice of Twilio's `<Say>` speaks a language. The basic voices (`man`, `woman`) are not offered: few languages have them. */
export function voiceSpeaks(voice: string, locale: string): boolean {
  return pollyVoices(locale).includes(voice) || GOOGLE.exec(voice)?.[1] === locale;
}

/** All voices of Amazon Polly that speak a language, such as `Polly.Elin-Neural` for `sv-SE`. */
export function pollyVoices(locale: string): string[] {
  const names = ownValue(POLLY, locale) ?? '';
  return names
    .split(' ')
    .filter(Boolean)
    .map((name) => `Polly.${name}`);
}

/** The most characters that a voice reads in one `<Say>` (Twilio, error 13521). */
export function longestText(voice: string): number {
  return voice.startsWith('Polly.') ? 3000 : 5000;
}
