import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { pollyVoices, voiceSpeaks } from '../../../../src/providers/twilio/twiml/voices.ts';

const declarations = readFileSync(
  createRequire(import.meta.url).resolve('twilio/lib/twiml/VoiceResponse.d.ts'),
  'utf8',
);
const namesOf = (type: string) => {
  const line = new RegExp(`type ${type} = ([^;]+);`).exec(declarations)?.[1] ?? '';
  return line.split(' | ').map((name) => name.slice(1, -1));
};
const voices = namesOf('SayVoice');
const languages = namesOf('SayLanguage');

describe("Twilio's own list of voices", () => {
  it('has every voice of ours', () => {
    const ours = languages.flatMap(pollyVoices);
    expect(ours.length).toBeGreaterThan(100);
    expect(ours.filter((voice) => !voices.includes(voice))).toEqual([]);
  });

  it('has no Polly voice that speaks none of our languages, but two of languages without a code of that form', () => {
    const mute = voices.filter(
      (voice) => voice.startsWith('Polly.') && !languages.some((locale) => voiceSpeaks(voice, locale)),
    );
    expect(mute.sort()).toEqual(['Polly.Geraint', 'Polly.Hiujin-Neural']);
  });

  it('gives each Google voice to one language', () => {
    const google = voices.filter(
      (voice) => voice.startsWith('Google.') && !voice.startsWith('Google.fil-ph'),
    );
    expect(google.length).toBeGreaterThan(500);
    const wrong = google.filter((voice) => {
      const locale = voice.slice('Google.'.length).split('-').slice(0, 2).join('-');
      return !voiceSpeaks(voice, locale) || voiceSpeaks(voice, 'xx-XX');
    });
    expect(wrong).toEqual([]);
  });
});
