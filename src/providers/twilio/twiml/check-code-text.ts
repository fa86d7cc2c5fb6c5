import { fillTemplate, LONG_HOST } from '../../texts/code-text.ts';
import { charactersOutsideGsm } from '../../texts/segments.ts';
import { CODE_LIKE } from '../../texts/shorten-name.ts';

/** A policy's organisation has at most 60 characters. */
const LONGEST_ORGANISATION = 'W'.repeat(60);

/**
 * Checks the text that carries a code: phones find the code in it, and it is one segment with the longest organisation
 * and a long host.
 * @returns everything that is wrong, each the rest of a sentence
 */
export function checkCodeText(template: string): string[] {
  return [...checkPlaceholders(template), ...checkForm(template), ...checkSegments(template)];
}

function checkPlaceholders(template: string): string[] {
  const problems = ['{{organisation}}', '{{code}}']
    .map((name) => ({ name, times: template.split(name).length - 1 }))
    .filter(({ times }) => times !== 1)
    .map(({ name, times }) => `has ${name} ${times} times, expected once`);
  const rest = template.replaceAll(/\{\{(organisation|code)\}\}/g, '');
  if (/[{}]/.test(rest))
    problems.push('has an unknown placeholder or a stray brace, expected only {{organisation}} and {{code}}');
  return problems;
}

function checkForm(template: string): string[] {
  const problems: string[] = [];
  if (/[\n\r]/.test(template)) problems.push('has a line break, expected one line');
  // Android has been seen to find no code in a sentence that goes on after it.
  if (template.includes('{{code}}') && !/\{\{code\}\}(?=$|[.。]($|[ \p{L}]))/u.test(template.trim()))
    problems.push('goes on after {{code}}, expected the end of the sentence right after it');
  for (const word of template.match(CODE_LIKE) ?? [])
    problems.push(`has "${word}", which a phone could take for the code`);
  return problems;
}

function checkSegments(template: string): string[] {
  const values = { organisation: LONGEST_ORGANISATION, code: '000000', host: LONG_HOST };
  const { segments, encoding } = fillTemplate(template, values);
  if (segments === 1) return [];
  const outside = charactersOutsideGsm(template);
  if (encoding === 'GSM-7') return [`is too long: ${segments} segments, expected one of 160 characters`];
  const because = outside.map((character) => `"${character}"`).join(', ');
  return [
    `is too long: ${segments} segments, expected one of 70 characters, or of 160 without ${because} (not in GSM-7)`,
  ];
}
