import { table } from '../command.ts';
import { fillIn } from '../find/fill-in.ts';
import { sayDecoy } from '../find/say-decoy.ts';
import { causeOf, whyOf, wordsFor } from '../find/say-why.ts';
import type { Entry } from './entry.ts';
import type { Story } from './read-story.ts';
import { sentenceFor, whose } from './sentences.ts';

/** A story in plain sentences: how it ended and why, what to do, and then what happened, each with its time. */
export function sayStory({ verification: row, entries }: Story, now: Date): string {
  const extension = row.hasExtension ? ' with an extension' : '';
  return [
    `Verification ${row.id} of ${whose(row.userId)} of ${row.tenantId}: ${row.purpose} by ${row.channel}${row.escalatedAt === null ? '' : ' after a text message'}, ${row.phoneType} phone ${row.number}${extension} (${row.country}), prompts in ${row.locale}, challenge ${row.challenge}.`,
    ...(row.decoy === null ? [] : [`It is ${sayDecoy(row.decoy).says}`]),
    ...sayEnd(row, now),
    '',
    `All times are UTC, on ${dayOf(row.createdAt)}; in brackets, the seconds since the request.`,
    '',
    table(entries.flatMap((entry) => lineFor(entry, row, now))),
  ].join('\n');
}

/** How it ended, or how far it is, and what to do about it. */
function sayEnd(row: Story['verification'], now: Date): string[] {
  const { tenantId, userId, id } = row;
  const filled = (text: string) => fillIn(text, { tenantId, userId, id, printedBy: 'story' });
  const doing = (action: string | null) => (action === null ? [] : [`Do: ${filled(action)}`]);
  if (row.outcome === null) {
    const { says, action } = whyOf(row, now);
    return [`It is not finished (${row.state}): ${says}`, ...doing(action)];
  }
  const words = wordsFor(row.outcome, row.purpose, row.channel);
  const end = filled(`It ended as ${row.outcome}. ${words?.forAdministrator ?? ''}`);
  const cause = causeOf(row);
  if (cause) return [end, `Why: ${cause.says}`, ...doing(cause.action)];
  return [
    words?.askAgain
      ? `${end} The user may simply ask for another ${row.channel === 'sms' ? 'text message' : 'call'}.`
      : end,
  ];
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

function lineFor(entry: Entry, row: Story['verification'], now: Date): string[][] {
  const sentence = sentenceFor(entry, row);
  if (sentence === null) return [];
  const sameDay = dayOf(entry.at) === dayOf(row.createdAt);
  const time = entry.at
    .toISOString()
    .slice(sameDay ? 11 : 0, 19)
    .replace('T', ' ');
  const seconds = (entry.at.getTime() - row.createdAt.getTime()) / 1000;
  const sign = seconds < 0 ? '-' : '+';
  const later = entry.at > now ? 'Not yet: ' : '';
  return [[`${time} (${sign}${Math.abs(seconds).toFixed(1)} s)`, `${later}${sentence}`]];
}
