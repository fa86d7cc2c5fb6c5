// What an operator can do about dead messages to tenants.
import type { OutboxMessage } from '../../src/outbox/messages.ts';
import { type Command, checkedUuid, table } from './command.ts';
import type { Tools } from './tools.ts';

/** How many are shown at once, the oldest first. */
const MOST_SHOWN = 100;

const deadLetters: Command<Tools> = {
  usage: 'dead-letters',
  what: `lists dead messages to tenants, the oldest ${MOST_SHOWN}`,
  async run({ messages }) {
    const dead = await messages.list({ state: 'dead', limit: MOST_SHOWN });
    return { text: dead.length === 0 ? 'There are no dead messages.' : table(dead.map(columns)), data: dead };
  },
};

const resend: Command<Tools> = {
  usage: 'resend ID',
  what: 'sends a dead message again, for another day; a running worker sends it at once',
  async run({ messages }, [id = '']) {
    const message = await messages.resend({ id: checkedUuid(id, 'as dead-letters shows it') });
    return { text: `The message to ${message.tenantId} is due now.`, data: message };
  },
};

/** Commands about messages. */
export const DEAD_LETTER_COMMANDS = [deadLetters, resend];

function columns({ id, tenantId, type, createdAt, attempts, lastError }: OutboxMessage): string[] {
  return [id, tenantId, type, createdAt.toISOString(), `${attempts} attempts`, lastError ?? ''];
}
