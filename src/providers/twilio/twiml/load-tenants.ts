import {
  checkMessages,
  checkTexts,
  type Language,
  type NeededMessage,
  readTenantTexts,
} from './check-language.ts';
import { foldersIn, type Report, readFolder } from './read-files.ts';

/**
 * Loads `tenants/<tenant>/languages/<locale>.json`: texts that a tenant says instead of everybody's. A folder for a
 * tenant that does not exist (yet) is fine.
 * @param languages everybody's languages
 * @param needed the messages that templates use, by key; `isAll` as for `checkLanguage`
 * @returns by tenant the languages in which it has texts of its own, complete with everybody's
 */
export function loadTenants(
  directory: string,
  languages: readonly Language[],
  needed: ReadonlyMap<string, NeededMessage>,
  isAll: boolean,
  report: Report,
): Map<string, Language[]> {
  const load = (tenantId: string): Language[] => {
    const folder = `tenants/${tenantId}/languages`;
    return [...readFolder(directory, folder, '.json', report)].flatMap(([locale, json]) => {
      const { language, problems } = replaceTexts(
        languages.find((each) => each.locale === locale),
        json,
        (say, voice) => checkTexts(say, voice, needed, isAll),
      );
      for (const problem of problems) report(`${folder}/${locale}.json`, problem);
      return language ? [language] : [];
    });
  };
  return new Map(foldersIn(directory, 'tenants', report).map((tenantId) => [tenantId, load(tenantId)]));
}

/** A language with a tenant's texts in place of its own, and what is wrong with them. */
function replaceTexts(
  base: Language | undefined,
  json: string,
  check: (say: Record<string, string>, voice: string) => string[],
): { language?: Language; problems: string[] } {
  if (!base) return { problems: ['there is no language of this name to replace texts of'] };
  const read = readTenantTexts(json);
  if ('problems' in read) return read;
  const { say, text } = read.content;
  const own = { say: { ...base.say, ...say }, text: { code: text.code ?? base.text.code } };
  return { language: { ...base, ...own }, problems: [...check(say, base.voice), ...checkMessages(text)] };
}
