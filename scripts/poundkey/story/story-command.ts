import { type Command, checkedUuid, table, UsageError } from '../command.ts';
import type { Tools } from '../tools.ts';
import type { Story } from './read-story.ts';

const story: Command<Tools> = {
  usage: 'story ID',
  what: "prints a verification's history: states, prompts, calls, audit events, messages; numbers are masked",
  async run({ storyOf }, [id = '']) {
    const found = await storyOf(checkedUuid(id, 'as the request for the verification returned it'));
    if (!found) throw new UsageError('There is no verification with this ID.');
    return { text: textOf(found), data: found };
  },
};

/** Commands about verifications. */
export const STORY_COMMANDS = [story];

function textOf({ verification: row, entries }: Story): string {
  const extension = row.hasExtension ? ' with an extension' : '';
  const how = row.outcome === null ? row.state : `${row.state}: ${row.outcome}`;
  const error = row.errorCode === null ? '' : ` (${row.errorCode})`;
  const next = row.state === 'finished' ? '' : `, next check ${row.wakeAt.toISOString()}`;
  return [
    `${row.id} of tenant ${row.tenantId}, user ${row.userId}`,
    `${row.purpose} by ${row.channel}: ${row.phoneType} ${row.number}${extension} (${row.country}), ${row.locale}, ${row.challenge}`,
    `${how}${error}${next}`,
    '',
    table(
      entries.map(({ at, source, what, details }) => [at.toISOString(), source, what, detailsIn(details)]),
    ),
  ].join('\n');
}

function detailsIn(details: Readonly<Record<string, unknown>>): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
