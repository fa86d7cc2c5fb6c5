import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPrompts } from '../../../../src/providers/twilio/twiml/load-prompts.ts';
import { type CopiedPrompts, copyPrompts } from './copied-prompts.ts';

let files: CopiedPrompts;
beforeEach(() => {
  files = copyPrompts();
});
afterEach(() => files.remove('.'));

const ASK = 'steps/ask.xml';
const BYE = 'steps/approved.xml';
const WAIT = 'steps/one-moment.xml';
const EN = 'languages/en-US.json';
const NUMBER = 'steps/ask-number.xml';
const PIN = 'steps/wrong-pin.xml';
const GREETING = '<Greeting voice="{{voice}}" language="{{locale}}"/>';
const SAY = '<Say voice="{{voice}}" language="{{locale}}">{{say.ask}}</Say>';

it('accepts the files as they are', () => {
  expect(files.problems()).toEqual([]);
});

describe('a template', () => {
  const faults: [fault: string, file: string, search: string, replacement: string, problem: RegExp][] = [
    ['that is not well-formed', ASK, '</Gather>', '', /^steps\/ask\.xml:\d+: it is not well-formed XML/],
    ['with an entity of its own', BYE, '{{say.approved}}', '&nbsp;', /not well-formed XML: undefined entity/],
    ['whose tags do not match', BYE, 'Response>', 'Reply>', /not well-formed/],
    ['with a verb in lower case', BYE, '<Hangup/>', '<hangup/>', /<hangup> may not stand in <Response>/],
    [
      'that dials',
      BYE,
      '<Hangup/>',
      '<Dial>+46900123456</Dial><Hangup/>',
      /<Dial> may not stand in <Response>/,
    ],
    [
      'named like what objects inherit',
      BYE,
      '<Hangup/>',
      '<constructor/><Hangup/>',
      /<constructor> may not stand/,
    ],
    [
      'with a verb that a gather cannot hold',
      ASK,
      SAY,
      '<Hangup/>',
      /<Hangup> may not stand in <Gather>, expected Say, Pause, Greeting/,
    ],
    [
      'with a verb inside an empty one',
      BYE,
      '<Hangup/>',
      '<Hangup><Pause/></Hangup>',
      /<Pause> may not stand in <Hangup>, expected nothing/,
    ],
    [
      'with an unknown attribute',
      BYE,
      '<Hangup/>',
      '<Hangup reason="done"/>',
      /<Hangup> has reason="done", expected only no attributes/,
    ],
    [
      'with an inherited attribute',
      BYE,
      '<Hangup/>',
      '<Hangup constructor="x"/>',
      /<Hangup> has constructor="x"/,
    ],
    [
      'that takes # for the end of input',
      ASK,
      'finishOnKey="" ',
      '',
      /<Gather> has no finishOnKey, expected "": .* # alone/,
    ],
    [
      'that says # ends the input',
      ASK,
      'finishOnKey=""',
      'finishOnKey="#"',
      /<Gather> has finishOnKey="#", expected ""/,
    ],
    [
      'that waits for two keys',
      ASK,
      'numDigits="1"',
      'numDigits="2"',
      /<Gather> has numDigits="2", expected "1"/,
    ],
    [
      'that reports fraud with two keys',
      'steps/report-fraud.xml',
      'numDigits="1"',
      'numDigits="2"',
      /^steps\/report-fraud\.xml:\d+: <Gather> has numDigits="2", expected "1"/,
    ],
    [
      'that takes digits without an end',
      NUMBER,
      'finishOnKey="#"',
      'finishOnKey=""',
      /<Gather> has finishOnKey="", expected "#": it ends the digits/,
    ],
    [
      'that ends digits with another key',
      PIN,
      'finishOnKey="#"',
      'finishOnKey="*"',
      /<Gather> has finishOnKey="\*", expected "#": it ends the PIN/,
    ],
    [
      'that takes digits without a limit',
      NUMBER,
      ' numDigits="9"',
      '',
      /<Gather> has no numDigits, expected 3 to 9/,
    ],
    [
      'that is full before the # of two digits',
      NUMBER,
      'numDigits="9"',
      'numDigits="2"',
      /<Gather> has numDigits="2", expected 3 to 9/,
    ],
    [
      'that takes ten digits',
      NUMBER,
      'numDigits="9"',
      'numDigits="10"',
      /<Gather> has numDigits="10", expected 3 to 9/,
    ],
    [
      'that is full before the # of a long PIN',
      PIN,
      'numDigits="9"',
      'numDigits="8"',
      /<Gather> has numDigits="8", expected "9": a PIN has up to 8 digits/,
    ],
    [
      'that gathers in a goodbye',
      BYE,
      '<Hangup/>',
      '<Gather/><Hangup/>',
      /<Gather> may not stand in <Response>, expected Say, Pause, Redirect, Hangup/,
    ],
    ['that has no place for a greeting', ASK, GREETING, '', /"ask" has 0 <Greeting>, expected one/],
    ['that greets twice', NUMBER, GREETING, GREETING.repeat(2), /"ask-number" has 2 <Greeting>/],
    [
      'whose greeting no key can cut short',
      ASK,
      `<Gather`,
      `${GREETING}<Gather`,
      /<Greeting> may not stand in <Response>/,
    ],
    ['that greets in a voice of its own', ASK, GREETING, '<Greeting/>', /<Greeting> has no voice/],
    [
      'whose greeting has words',
      ASK,
      GREETING,
      GREETING.replace('/>', '>Hi</Greeting>'),
      /<Greeting> has the wrong text/,
    ],
    [
      'that greets again',
      PIN,
      '<Say ',
      `${GREETING}<Say `,
      /<Greeting> may not stand in <Gather>, expected Say, Pause/,
    ],
    ['that plays a file', ASK, GREETING, '<Play>https://a.example/b.mp3</Play>', /<Play> may not stand/],
    ['that speaks the digits', NUMBER, '{{say.ask-number}}', '{{digits}}', /<Say> has the wrong text/],
    [
      'that listens to speech',
      ASK,
      'input="dtmf"',
      'input="dtmf speech"',
      /<Gather> has input="dtmf speech", expected "dtmf"/,
    ],
    [
      'that sends keys elsewhere',
      ASK,
      '{{digitsUrl}}',
      'https://elsewhere.example',
      /<Gather> has action="https:\/\/elsewhere/,
    ],
    ['that asks without sending the key', ASK, ' action="{{digitsUrl}}"', '', /<Gather> has no action/],
    ['that asks by GET', ASK, 'method="POST"', 'method="GET"', /<Gather> has method="GET", expected "POST"/],
    [
      'with a time-out of nothing',
      ASK,
      '{{timeoutS}}',
      '0',
      /<Gather> has timeout="0", expected .* whole number of seconds/,
    ],
    [
      'with an unknown placeholder',
      ASK,
      '{{timeoutS}}',
      '{{timeout}}',
      /<Gather> has timeout="\{\{timeout\}\}"/,
    ],
    [
      'with a placeholder written apart',
      ASK,
      '{{silenceUrl}}',
      '{{ silenceUrl }}',
      /<Redirect> has the wrong text/,
    ],
    [
      'that speaks an address',
      ASK,
      '{{say.ask}}',
      '{{digitsUrl}}',
      /<Say> has the wrong text, expected one \{\{say/,
    ],
    ['with a text of its own', ASK, '{{say.ask}}', 'Press #', /<Say> has the wrong text/],
    [
      'with a text between the verbs',
      ASK,
      '</Gather>',
      '</Gather>hello',
      /<Response> has the wrong text, expected none/,
    ],
    [
      'with a voice of its own',
      BYE,
      '"{{voice}}"',
      '"Polly.Amy"',
      /<Say> has voice="Polly\.Amy", expected "\{\{voice\}\}"/,
    ],
    ['without a language', BYE, ' language="{{locale}}"', '', /<Say> has no language/],
    [
      'that repeats for ever',
      ASK,
      '<Say ',
      '<Say loop="0" ',
      /<Say> has loop="0", expected a whole number from 1/,
    ],
    ['that pauses for no number', WAIT, 'length="3"', 'length="three"', /<Pause> has length="three"/],
    ['that does not end', BYE, '<Hangup/>', '<Pause/>', /has to end with <Redirect> or <Hangup>/],
    [
      'whose gather falls out of the document',
      ASK,
      '<Redirect method="POST">{{silenceUrl}}</Redirect>',
      '',
      /steps\/ask\.xml:\d+: the document has to end/,
    ],
    [
      'that goes on after its end',
      BYE,
      '<Hangup/>',
      '<Hangup/><Hangup/>',
      /nothing after <Hangup> is ever played/,
    ],
    ['that is empty', BYE, readStep('approved'), '<Response/>', /has to end with/],
    [
      'that leads away from its step',
      ASK,
      '{{silenceUrl}}',
      '{{retryUrl}}',
      /"ask" may not lead to \{\{retryUrl\}\}/,
    ],
    [
      'that does not lead where it has to',
      ASK,
      readStep('ask'),
      readStep('approved'),
      /"ask" has to lead to \{\{digitsUrl\}\}/,
    ],
    [
      'with a message that no language has',
      ASK,
      '{{say.ask}}',
      '{{say.hello}}',
      /^languages\/sv-SE\.json: say\.hello is missing/,
    ],
  ];

  it.each(faults)('%s is refused', (_fault, file, search, replacement, problem) => {
    files.replace(file, search, replacement);
    expect(files.problems()).toContainEqual(expect.stringMatching(problem));
  });

  it('for no step is refused', () => {
    files.write('steps/aks.xml', '<Response><Hangup/></Response>');
    expect(files.problems()).toEqual([
      expect.stringMatching(/^steps\/aks\.xml: there is no such step, expected ask,/),
    ]);
  });

  it('that is missing is named, without calling its message unused', () => {
    files.remove(ASK);
    expect(files.problems()).toEqual(['steps/ask.xml: the file is missing']);
  });

  it('whose document is something else is refused', () => {
    files.write(BYE, '<Reply><Hangup/></Reply>');
    expect(files.problems()).toContainEqual(
      'steps/approved.xml:1: the document is a <Reply>, expected <Response>',
    );
  });

  // Twilio, error 11750: a document has at most 64 kB.
  it('that grows too long is refused', () => {
    files.replace(BYE, '<Hangup/>', `${SAY.replace('ask', 'apology').repeat(600)}<Hangup/>`);
    expect(files.problems()).toContainEqual(
      expect.stringMatching(/^steps\/approved\.xml: it has \d+ bytes in en-US/),
    );
  });

  it('may wait as long as it says and pause in a question', () => {
    files.replace(ASK, '{{timeoutS}}', '12');
    files.replace(ASK, SAY, `<Pause length="1"/>${SAY}`);
    expect(files.problems()).toEqual([]);
  });
});

describe('a language', () => {
  const long = 'Long. '.repeat(600);
  const faults: [fault: string, search: string, replacement: string, problem: RegExp][] = [
    ['that is not JSON', '"say": {', '"say": ', /^languages\/en-US\.json: it is not JSON/],
    ['with an unknown field', '"name":', '"rate": 1, "name":', /the file: .*"rate"/],
    ['without a name', 'English (United States)', ' ', /name: expected the name of the language/],
    [
      'with a locale that Twilio does not know',
      '"en-US"',
      '"en_US"',
      /locale: expected a language and country/,
    ],
    [
      'under the name of another',
      '"en-US"',
      '"en-GB"',
      /it is for en-GB, expected the file name en-GB\.json/,
    ],
    [
      'with the voice of another',
      'Polly.Joanna-Neural',
      'Polly.Elin-Neural',
      /"Polly\.Elin-Neural" does not speak en-US, expected one such as Polly\.Ivy/,
    ],
    ["with another's Google voice", 'Polly.Joanna-Neural', 'Google.en-GB-Wavenet-A', /does not speak en-US/],
    ['with a basic voice', 'Polly.Joanna-Neural', 'woman', /"woman" does not speak en-US/],
    ['with a text missing', '"apology":', '"apolgy":', /say\.apology is missing/],
    ['with an unknown message', '"apology":', '"apolgy":', /say\.apolgy is used by no template/],
    ['with an empty text', 'One moment, please.', ' ', /say\.one-moment is empty/],
    ['with a text that is none', '"One moment, please."', '7', /say\.one-moment: /],
    ['with an unknown placeholder', '{{organisation}}', '{{company}}', /say\.ask has an unknown placeholder/],
    [
      'with a placeholder written apart',
      '{{organisation}}',
      '{{ organisation }}',
      /say\.ask has an unknown placeholder/,
    ],
    [
      'with a stray brace',
      '{{organisation}}',
      '{{organisation}',
      /say\.ask has an unknown placeholder or a stray brace/,
    ],
    [
      'that speaks an app password',
      '{{organisation}}',
      '{{appPassword}}',
      /say\.ask has an unknown placeholder/,
    ],
    ['that speaks the digits', '{{organisation}}', '{{digits}}', /say\.ask has an unknown placeholder/],
    ['that speaks the PIN', '{{organisation}}', '{{pin}}', /say\.ask has an unknown placeholder/],
    [
      'that serves what is no language',
      '"name":',
      '"alsoFor": ["English"], "name":',
      /alsoFor\.0: expected a language such as "nn"/,
    ],
    [
      'that names a caller nobody knows',
      'Sorry,',
      '{{organisation}} is sorry,',
      /say\.apology holds \{\{organisation\}\}/,
    ],
    [
      'with a text that Polly does not read',
      'One moment, please.',
      long,
      /say\.one-moment is too long: 3600 characters, the voice reads 3000/,
    ],
    [
      'with a text that is too long when encoded',
      'One moment, please.',
      'å'.repeat(900),
      /say\.one-moment is too long: 5400 characters when URL-encoded/,
    ],
  ];

  it.each(faults)('%s is refused', (_fault, search, replacement, problem) => {
    files.replace(EN, search, replacement);
    expect(files.problems()).toContainEqual(expect.stringMatching(problem));
  });

  it('is needed', () => {
    files.remove('languages');
    files.makeFolder('languages');
    expect(files.problems()).toEqual([expect.stringMatching(/^languages: there is no language/)]);
  });

  it('may be one of twenty', () => {
    const locales = ['es-MX', 'fr-CA', 'is-IS', 'pt-PT', 'tr-TR', 'uk-UA'];
    const before = loadPrompts(files.directory).locales;
    const english = JSON.parse(readFileSync(join(files.directory, EN), 'utf8'));
    for (const locale of locales) {
      const voice = `Google.${locale}-Standard-A`;
      files.write(`languages/${locale}.json`, JSON.stringify({ ...english, locale, voice }));
    }
    expect(loadPrompts(files.directory).locales).toEqual([...before, ...locales].sort());
    expect(before).toHaveLength(14);
  });
});

it('leaves files alone that are neither templates nor languages', () => {
  files.write('steps/README.md', 'Edit me');
  files.write('languages/.en-US.json.swp', '');
  expect(files.problems()).toEqual([]);
});

it('names the folder that is missing', () => {
  files.remove('steps');
  expect(files.problems()).toContainEqual(expect.stringMatching(/^steps: it cannot be read: ENOENT/));
});

it('reports everything that is wrong at once', () => {
  files.replace(ASK, 'finishOnKey="" ', '');
  files.replace(ASK, 'numDigits="1"', 'numDigits="4"');
  files.remove(WAIT);
  files.replace(BYE, '<Hangup/>', '');
  files.replace(EN, 'Polly.Joanna-Neural', 'Polly.Astrid');
  files.write('languages/sv-SE.json', '{');
  const problems = files.problems();
  expect(problems).toHaveLength(6);
  expect(() => loadPrompts(files.directory)).toThrow(problems.map((problem) => `- ${problem}`).join('\n'));
});

function readStep(step: string): string {
  return readFileSync(join(import.meta.dirname, `../../../../twiml/steps/${step}.xml`), 'utf8');
}

describe('the text with the code', () => {
  const own = (code: string) => {
    const english = JSON.parse(readFileSync(join(files.directory, EN), 'utf8'));
    files.write(EN, JSON.stringify({ ...english, text: { code } }));
    return files.problems();
  };
  const good = 'Your {{organisation}} code: {{code}}.';

  it.each([
    good,
    '{{organisation}}: {{code}}',
    '{{organisation}}の確認コード：{{code}}。',
    `${good} Do not share it.`,
  ])('may be "%s"', (code) => {
    expect(own(code)).toEqual([]);
  });

  it.each([
    ['without the code', 'Hello {{organisation}}.', 'has {{code}} 0 times'],
    ['with the code twice', `${good} {{code}}.`, 'has {{code}} 2 times'],
    ['without the organisation', 'Your code: {{code}}.', 'has {{organisation}} 0 times'],
    ['with an unknown placeholder', `${good} {{pin}}`, 'unknown placeholder'],
    ['that goes on after the code', '{{organisation}}: {{code}} is your code.', 'goes on after {{code}}'],
    ['with a number after the code', '{{organisation}}: {{code}}.5 is it.', 'goes on after {{code}}'],
    ['with another code', `${good} Questions? Room 4711b.`, 'has "4711b", which a phone could take'],
    ['in two lines', `${good} Hello.\nBye.`, 'has a line break'],
    [
      'that is too long',
      `${good} ${'Do not share it. '.repeat(6)}`,
      'is too long: 2 segments, expected one of 160',
    ],
    ['with a letter outside GSM-7', `${good} No lo dé a nadie más.`, '160 without "á" (not in GSM-7)'],
    ['with a typographic sign', `${good} Don’t share it with anyone.`, '160 without "’" (not in GSM-7)'],
  ])('may not be one %s', (_fault, code, problem) => {
    expect(own(code)).toEqual([expect.stringContaining(`languages/en-US.json: text.code `)]);
    expect(own(code)[0]).toContain(problem);
  });

  it('has to be there', () => {
    files.replace(EN, '"text": {', '"txt": {');
    expect(files.problems().join()).toMatch(/text: Invalid input/);
  });

  it("of a tenant is checked like everybody's, and sent for that tenant only", () => {
    const file = 'tenants/contoso/languages/en-US.json';
    files.write(file, JSON.stringify({ text: { code: 'Code {{code}}' } }));
    expect(files.problems()).toEqual([
      expect.stringMatching(/^tenants\/contoso\/.*text\.code has \{\{organisation\}\} 0/),
    ]);
    files.write(file, JSON.stringify({ text: { code: '{{organisation}} says {{code}}' } }));
    const prompts = loadPrompts(files.directory);
    const fill = (tenantId: string | null) =>
      prompts.fillCodeText({ locale: 'en-US', tenantId, organisation: 'X', code: '123456', host: null }).body;
    expect([fill('contoso'), fill('fabrikam'), fill(null)]).toEqual([
      'X says 123456',
      ...Array(2).fill('Your X code: 123456. Do not share it with anyone.'),
    ]);
  });
});
