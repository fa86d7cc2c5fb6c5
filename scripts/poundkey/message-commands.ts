// What an operator can do about outcome webhooks that were given up.
import type { OutboxMessage } from '../../src/outbox/messages.ts';
import { type Command, checkedUuid, table } from './command.ts';
import type { Tools } from './tools.ts';

/** How many are shown at once, the oldest first. */
const MOST_SHOWN = 100;

const deadWebhooks: Command<Tools> = {
  usage: 'dead-webhooks',
  what: `lists outcome webhooks that were given up, the oldest ${MOST_SHOWN}`,
  async run({ messages }) {
    const dead = await messages.list({ state: 'dead', limit: MOST_SHOWN });
    return {
      text: dead.length === 0 ? 'There are no dead outcome webhooks.' : table(dead.map(columns)),
      data: dead,
    };
  },
};

const resend: Command<Tools> = {
  usage: 'resend ID',
  what: 'sends a dead outcome webhook again, for another day; a running worker sends it at once',
  async run({ messages }, [id = '']) {
    const message = await messages.resend({ id: checkedUuid(id, 'as dead-webhooks shows it') });
    return { text: `The outcome webhook to ${message.tenantId} is due now.`, data: message };
  },
};

/** Commands about outcome webhooks. */
export const MESSAGE_COMMANDS = [deadWebhooks, resend];

function columns({ id, tenantId, type, createdAt, attempts, lastError }: OutboxMessage): string[] {
  return [id, tenantId, type, createdAt.toISOString(), `${attempts} attempts`, lastError ?? ''];
}
