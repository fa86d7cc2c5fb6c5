// Texts that a tenant replaces: twiml/tenants/<tenant>/languages/<locale>.json.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPrompts } from '../../../../src/providers/twilio/twiml/load-prompts.ts';
import { type CopiedPrompts, copyPrompts } from './copied-prompts.ts';
import { spoken } from './read-twiml.ts';

let files: CopiedPrompts;
beforeEach(() => {
  files = copyPrompts();
});
afterEach(() => files.remove('.'));

const SWEDISH = 'tenants/contoso/languages/sv-SE.json';
const values = { organisation: 'Contoso', timeoutS: 5, digitsUrl: 'd', silenceUrl: 's' };
const writeTexts = (say: unknown, file = SWEDISH) => files.write(file, JSON.stringify({ say }));

describe("a tenant's own texts", () => {
  beforeEach(() => writeTexts({ approved: 'Tack från {{organisation}}!' }));

  it('are said on its calls, and everybody else hears what everybody hears', () => {
    const prompts = loadPrompts(files.directory);
    const approved = (tenantId: string) =>
      spoken(prompts.forTenant(tenantId).render('approved', 'sv-SE', values));
    expect(approved('contoso')).toBe('Tack från Contoso!');
    expect(approved('fabrikam')).toBe(spoken(prompts.render('approved', 'sv-SE', values)));
    expect(approved('fabrikam')).toMatch(/^Tack, då/);
    expect(approved('constructor')).toBe(approved('fabrikam'));
  });

  it('leave its other texts, languages and the voice as they are', () => {
    const prompts = loadPrompts(files.directory);
    const own = prompts.forTenant('contoso');
    for (const [step, locale] of [
      ['ask', 'sv-SE'],
      ['approved', 'de-DE'],
      ['call-over', 'sv-SE'],
    ] as const)
      expect(own.render(step, locale, values)).toBe(prompts.render(step, locale, values));
    expect(own.render('approved', 'sv-SE', values)).toContain('voice="Polly.Elin-Neural"');
  });

  it('are found for the wishes that their language serves', () => {
    const own = loadPrompts(files.directory).forTenant('contoso');
    expect(spoken(own.render('approved', 'sv-FI', values))).toBe('Tack från Contoso!');
  });

  it('may lie beside other things, and in folders of tenants nobody knows', () => {
    writeTexts({ apology: 'Oj då.' }, 'tenants/nobody-yet/languages/sv-SE.json');
    files.write('tenants/README.md', 'Edit me');
    files.write('tenants/.old/languages/xx.json', '{');
    files.write('tenants/contoso/languages/notes.txt', 'later');
    expect(files.problems()).toEqual([]);
  });
});

describe("a tenant's file is refused", () => {
  it.each<[fault: string, say: unknown, problem: RegExp]>([
    ['with a message that no template uses', { hello: 'Hej' }, /say\.hello is used by no template/],
    ['with an empty text', { ask: ' ' }, /say\.ask is empty/],
    ['with a text that is none', { ask: null }, /say\.ask: /],
    ['with an unknown placeholder', { ask: '{{pin}}' }, /say\.ask has an unknown placeholder/],
    ['that names a caller nobody knows', { apology: '{{organisation}}' }, /say\.apology holds/],
    ['with too long a text', { ask: 'Hej.'.repeat(800) }, /say\.ask is too long: 3200 characters, the voice/],
    ['without texts', undefined, /say: /],
  ])('%s', (_fault, say, problem) => {
    writeTexts(say);
    expect(files.problems()).toEqual([expect.stringMatching(problem)]);
    expect(files.problems()[0]).toMatch(/^tenants\/contoso\/languages\/sv-SE\.json: /);
  });

  it('with a voice of its own', () => {
    files.write(SWEDISH, '{"voice": "Polly.Astrid", "say": {}}');
    expect(files.problems()).toEqual([expect.stringMatching(/sv-SE\.json: the file: .*"voice"/)]);
  });

  it('that is not JSON', () => {
    files.write(SWEDISH, '{');
    expect(files.problems()).toEqual([expect.stringMatching(/sv-SE\.json: it is not JSON/)]);
  });

  it('for a language that there is not', () => {
    writeTexts({ ask: 'x' }, 'tenants/contoso/languages/sv-FI.json');
    expect(files.problems()).toEqual([
      'tenants/contoso/languages/sv-FI.json: there is no language of this name to replace texts of',
    ]);
  });

  it('in a folder without languages', () => {
    files.makeFolder('tenants/contoso');
    expect(files.problems()).toEqual([
      expect.stringMatching(/^tenants\/contoso\/languages: it cannot be read: ENOENT/),
    ]);
  });
});
