import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { loadPrompts } from '../../src/phone-network/twiml/load-prompts.ts';
import { LAST_RESORT_TWIML } from '../../src/phone-network/twiml/render.ts';
import { CALL_STEPS, STEP_RULES } from '../../src/phone-network/twiml/steps.ts';
import { PROMPTS_DIRECTORY } from './copied-prompts.ts';

const prompts = loadPrompts(PROMPTS_DIRECTORY);
const values = {
  organisation: 'Contoso',
  timeoutS: 6,
  digitsUrl: 'https://pk.example/digits?a=1&round=2',
  silenceUrl: 'https://pk.example/silence?a=1&round=2',
  retryUrl: 'https://pk.example/answer?a=1&try=2',
};
const everyDocument = CALL_STEPS.flatMap((step) => prompts.locales.map((locale) => ({ step, locale })));
const questions = everyDocument.filter(({ step }) => STEP_RULES[step].leadsTo.includes('digitsUrl'));

/** Verbs in the order in which they open, with attributes and own text. Throws when the document is not well-formed. */
function read(document: string) {
  const verbs: {
    name: string;
    attributes: Record<string, string>;
    text: string;
    parent: string | undefined;
  }[] = [];
  const open: typeof verbs = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    const verb = { name, attributes: { ...attributes }, text: '', parent: open.at(-1)?.name };
    verbs.push(verb);
    open.push(verb);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', (text) => {
    const verb = open.at(-1);
    if (verb) verb.text += text;
  });
  parser.write(document).close();
  return verbs;
}

function spoken(document: string): string {
  return read(document)
    .filter(({ name }) => name === 'Say')
    .map(({ text }) => text)
    .join(' ');
}

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
    const kind = step === 'one-moment' ? step : STEP_RULES[step].leadsTo.length > 0 ? 'question' : 'goodbye';
    expect(end).toEqual(expected[kind]);
  });

  it.each(everyDocument)('$step in $locale names its voice and language', ({ step, locale }) => {
    const voice = { 'en-US': 'Polly.Joanna-Neural', 'sv-SE': 'Polly.Elin-Neural' }[locale];
    const says = read(prompts.render(step, locale, values)).filter(({ name }) => name === 'Say');
    expect(says.map(({ attributes }) => attributes)).toEqual(says.map(() => ({ voice, language: locale })));
  });

  it.each(everyDocument)('$step in $locale speaks no address', ({ step, locale }) => {
    expect(spoken(prompts.render(step, locale, values))).not.toMatch(/http|pk\.example/);
  });
});

describe('a question', () => {
  // Twilio, Gather: with the default finishOnKey a # pressed before any digit falls through like silence.
  it.each(questions)('$step in $locale lets a lone # reach Poundkey', ({ step, locale }) => {
    const gathers = read(prompts.render(step, locale, values)).filter(({ name }) => name === 'Gather');
    expect(gathers.map(({ attributes }) => attributes)).toEqual([
      {
        input: 'dtmf',
        finishOnKey: '',
        numDigits: '1',
        timeout: '6',
        action: values.digitsUrl,
        method: 'POST',
      },
    ]);
  });

  it.each(questions)('$step in $locale can be interrupted by a key', ({ step, locale }) => {
    const says = read(prompts.render(step, locale, values)).filter(({ name }) => name === 'Say');
    expect(says.map(({ parent }) => parent)).toEqual(['Gather']);
  });

  it.each([
    ['en-US', 'pound key'],
    ['sv-SE', 'fyrkant'],
  ])('in %s asks for the %s', (locale, key) => {
    for (const step of ['ask', 'wrong-key', 'silence'] as const) {
      expect(spoken(prompts.render(step, locale, values))).toContain(key);
    }
  });

  it.each(prompts.locales)('is asked in less than ten seconds in %s', (locale) => {
    const charactersPerSecond = 15;
    const text = spoken(prompts.render('ask', locale, values));
    expect(text).toContain('Contoso');
    expect(text.length / charactersPerSecond).toBeLessThan(10);
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

describe('the language', () => {
  it.each([
    ['sv-SE', 'sv-SE'],
    ['SV-se', 'sv-SE'],
    ['sv', 'sv-SE'],
    ['sv-FI', 'sv-SE'],
    ['en-GB', 'en-US'],
    ['de-DE', null],
    ['s', null],
    ['', null],
    [null, null],
  ])('for the wish %s is %s', (wanted, expected) => {
    expect(prompts.resolveLocale(wanted)).toBe(expected);
  });

  it('of a call is the nearest one, and some language when it was taken away meanwhile', () => {
    expect(prompts.render('approved', 'sv-FI', values)).toBe(prompts.render('approved', 'sv-SE', values));
    expect(prompts.render('approved', 'de-DE', values)).toBe(prompts.render('approved', 'en-US', values));
  });
});

it('has a last resort that ends the call', () => {
  expect(read(LAST_RESORT_TWIML).map(({ name }) => name)).toEqual(['Response', 'Hangup']);
});
