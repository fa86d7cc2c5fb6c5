import { describe, expect, it } from 'vitest';
import { CALL_STEPS, STEP_RULES } from '../../../../src/providers/dialogue.ts';
import { loadPrompts } from '../../../../src/providers/twilio/twiml/load-prompts.ts';
import { LAST_RESORT_TWIML } from '../../../../src/providers/twilio/twiml/render.ts';
import { voiceSpeaks } from '../../../../src/providers/twilio/twiml/voices.ts';
import { PROMPTS_DIRECTORY } from './copied-prompts.ts';
import { read, spoken } from './read-twiml.ts';

const prompts = loadPrompts(PROMPTS_DIRECTORY);
const values = {
  organisation: 'Contoso',
  timeoutS: 6,
  digitsUrl: 'https://pk.example/digits?a=1&round=2',
  silenceUrl: 'https://pk.example/silence?a=1&round=2',
  retryUrl: 'https://pk.example/answer?a=1&try=2',
};
const everyDocument = CALL_STEPS.flatMap((step) => prompts.locales.map((locale) => ({ step, locale })));
const questions = everyDocument.filter(({ step }) => STEP_RULES[step].leadsTo.includes('silenceUrl'));

describe('every document', () => {
  it.each(everyDocument)('$step in $locale is well-formed and complete', ({ step, locale }) => {
    const document = prompts.render(step, locale, values);
    expect(read(document)[0]?.name).toBe('Response');
    expect(document).not.toMatch(/[{}]|undefined|<!--/);
    expect(spoken(document)).not.toBe('');
  });

  it.each(everyDocument)('$step in $locale ends where the step has to lead', ({ step, locale }) => {
    const top = read(prompts.render(step, locale, values)).filter(({ parent }) => parent === 'Response');
    const end = { name: top.at(-1)?.name, text: top.at(-1)?.text };
    const expected = {
      question: { name: 'Redirect', text: values.silenceUrl },
      'one-moment': { name: 'Redirect', text: values.retryUrl },
      goodbye: { name: 'Hangup', text: '' },
    };
    const kind =
      step === 'one-moment' ? step : STEP_RULES[step].leadsTo.includes('silenceUrl') ? 'question' : 'goodbye';
    expect(end).toEqual(expected[kind]);
  });

  it.each(everyDocument)('$step in $locale names its voice and language', ({ step, locale }) => {
    const says = read(prompts.render(step, locale, values)).filter(({ name }) => name === 'Say');
    expect(says.length).toBeGreaterThan(0);
    for (const { attributes } of says) {
      expect(attributes).toEqual({ voice: expect.any(String), language: locale });
      expect(voiceSpeaks(attributes.voice ?? '', locale)).toBe(true);
    }
  });

  it.each(everyDocument)('$step in $locale speaks no address', ({ step, locale }) => {
    expect(spoken(prompts.render(step, locale, values))).not.toMatch(/http|pk\.example/);
  });
});

describe('a question', () => {
  const gathersOf = (step: (typeof CALL_STEPS)[number], locale: string) =>
    read(prompts.render(step, locale, values)).filter(({ name }) => name === 'Gather');
  const common = { input: 'dtmf', timeout: '6', action: values.digitsUrl, method: 'POST' };

  // Twilio, Gather: with the default finishOnKey a # pressed before any digit falls through like silence.
  it.each(questions.filter(({ step }) => STEP_RULES[step].takes === 'key'))(
    '$step in $locale lets a lone # reach Poundkey',
    ({ step, locale }) => {
      const attributes = { ...common, finishOnKey: '', numDigits: '1' };
      expect(gathersOf(step, locale)).toMatchObject([{ attributes }]);
    },
  );

  // Twilio, Gather: the finish key is not among the digits; a gather that is full takes no finish key any more.
  it.each(questions.filter(({ step }) => STEP_RULES[step].takes !== 'key'))(
    '$step in $locale takes digits up to #, and more of them than are right',
    ({ step, locale }) => {
      const attributes = { ...common, finishOnKey: '#', numDigits: '9' };
      expect(gathersOf(step, locale)).toMatchObject([{ attributes }]);
    },
  );

  it.each(questions)('$step in $locale can be interrupted by a key', ({ step, locale }) => {
    const says = read(prompts.render(step, locale, values)).filter(({ name }) => name === 'Say');
    expect(says.map(({ parent }) => parent)).toEqual(['Gather']);
  });
});

it('waits three seconds before it asks again', () => {
  const pause = read(prompts.render('one-moment', 'en-US', values)).find(({ name }) => name === 'Pause');
  expect(pause?.attributes).toEqual({ length: '3' });
});

describe('what is filled in', () => {
  it.each([
    '<Hangup/>',
    '</Say><Dial>+46900123456</Dial><Say>',
    '" loop="0',
    "Å & Ö 'AB'",
    '&amp; &#x3c;',
    ']]> --> <![CDATA[',
    '{{digitsUrl}} {{say.apology}}',
    "$& $1 $` $'",
    'Ünïcode 株式会社 😀',
  ])('is spoken as it is: %s', (organisation) => {
    const document = prompts.render('ask', 'en-US', { ...values, organisation });
    const plain = read(prompts.render('ask', 'en-US', values));
    expect(spoken(document)).toContain(`This is ${organisation}, calling`);
    expect(read(document).map(({ name, attributes }) => ({ name, attributes }))).toEqual(
      plain.map(({ name, attributes }) => ({ name, attributes })),
    );
  });

  it('loses the characters that XML cannot hold', () => {
    const document = prompts.render('ask', 'en-US', {
      ...values,
      organisation: 'A\u0000\u0008\u001B\uFFFF\uD800B',
    });
    expect(spoken(document)).toContain('This is A\uFFFDB, calling');
  });

  it('refuses to leave a needed value out', () => {
    const { digitsUrl, ...rest } = values;
    expect(() => prompts.render('ask', 'en-US', rest)).toThrow(/digitsUrl/);
    expect(prompts.render('approved', 'en-US', rest)).toContain('<Hangup/>');
  });

  it.each(['call-over', 'apology'] as const)('is nothing for %s', (step) => {
    for (const locale of prompts.locales) expect(spoken(prompts.render(step, locale, {}))).not.toBe('');
  });
});

describe('a message of somebody else', () => {
  const message = { text: 'Use <4, 8> & {{digitsUrl}}', times: 2 };
  const gathered = (document: string) => read(document).filter(({ parent }) => parent === 'Gather');

  it('is spoken as it is, so many times, and any key but # has it spoken again', () => {
    const document = prompts.render('message', 'sv-SE', { ...values, message });
    expect(gathered(document).map(({ name, text }) => [name, text])).toEqual([
      ['Say', message.text],
      ['Pause', ''],
      ['Say', message.text],
      ['Say', expect.stringContaining('stjärna')],
    ]);
    const [gather] = read(document).filter(({ name }) => name === 'Gather');
    expect(gather?.attributes).toMatchObject({ finishOnKey: '#', numDigits: '1', action: values.digitsUrl });
  });

  it('has the voice of the language', () => {
    const says = gathered(prompts.render('message', 'sv-SE', { ...values, message }));
    const voices = says.flatMap(({ name, attributes }) => (name === 'Say' ? [attributes.voice] : []));
    expect(new Set(voices).size).toBe(1);
  });

  it('is nothing in any other step', () => {
    for (const step of CALL_STEPS.filter((each) => each !== 'message'))
      expect(prompts.render(step, 'sv-SE', { ...values, message })).toBe(
        prompts.render(step, 'sv-SE', values),
      );
  });
});

describe('a greeting', () => {
  const greeted = CALL_STEPS.filter((step) => STEP_RULES[step].greets);
  const inGather = (document: string) =>
    read(document)
      .filter(({ parent }) => parent === 'Gather')
      .map(({ name, text }) => ({ name, text }));
  const plain = (step: (typeof greeted)[number]) => ({
    name: 'Say',
    text: spoken(prompts.render(step, 'sv-SE', values)),
  });

  it('belongs to the first prompts', () => {
    expect(greeted).toEqual(['ask', 'ask-number', 'ask-pin']);
  });

  it.each(greeted)("is spoken before %s by the language's voice, and keys cut it short", (step) => {
    const text = 'Välkommen till <Contoso> & {{digitsUrl}}!';
    const document = prompts.render(step, 'sv-SE', { ...values, greeting: { text } });
    expect(inGather(document)).toEqual([{ name: 'Say', text }, plain(step)]);
    const voices = read(document).flatMap(({ name, attributes }) => (name === 'Say' ? [attributes] : []));
    expect(voices[0]).toEqual(voices[1]);
  });

  it.each(greeted)('is played before %s, and keys cut it short', (step) => {
    const audioUrl = 'https://media.contoso.example/hello.mp3?v="1"&w=<2>';
    const document = prompts.render(step, 'sv-SE', { ...values, greeting: { audioUrl } });
    expect(inGather(document)).toEqual([{ name: 'Play', text: audioUrl }, plain(step)]);
  });

  it.each(CALL_STEPS.filter((step) => !greeted.includes(step)))('is left out of %s', (step) => {
    const greeting = { text: 'Välkommen!' };
    const without = prompts.render(step, 'sv-SE', values);
    expect(prompts.render(step, 'sv-SE', { ...values, greeting })).toBe(without);
  });
});

it('has a last resort that ends the call', () => {
  expect(read(LAST_RESORT_TWIML).map(({ name }) => name)).toEqual(['Response', 'Hangup']);
});
