// What an operator can do about messages to tenants that nobody tries any more.
import type { OutboxMessage, OutboxMessages } from '../../src/outbox/messages.ts';
import { type Command, UsageError } from './command.ts';

/** How many are shown at once, the oldest first. */
const MOST_SHOWN = 100;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** `dead-letters` and `resend`, by name. */
export const DEAD_LETTER_COMMANDS: [string, Command<{ messages: OutboxMessages }>][] = [
  [
    'dead-letters',
    {
      usage: 'dead-letters',
      what: `lists messages to tenants that nobody tries any more, the oldest ${MOST_SHOWN}`,
      run: async ({ messages }) => {
        const dead = await messages.list({ state: 'dead', limit: MOST_SHOWN });
        return dead.length === 0 ? 'There are no dead messages.' : dead.map(line).join('\n');
      },
    },
  ],
  [
    'resend',
    {
      usage: 'resend ID',
      what: 'tries a dead message for another day; a running worker takes it up at once',
      run: async ({ messages }, id = '') => {
        if (!UUID.test(id)) throw new UsageError('The ID is a UUID, as dead-letters shows it.');
        const { tenantId } = await messages.resend({ id });
        return `The message to ${tenantId} is due now.`;
      },
    },
  ],
];

function line({ id, tenantId, type, createdAt, attempts, lastError }: OutboxMessage): string {
  return [id, tenantId, type, createdAt.toISOString(), `${attempts} attempts`, lastError ?? ''].join('  ');
}
