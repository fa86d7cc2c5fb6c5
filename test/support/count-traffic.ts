/** Counts what this process asks of PostgreSQL and Redis, by looking over the shoulders of their clients. */
import { Redis } from 'ioredis';
import { Client } from 'pg';

/** What was sent, in order. */
export interface Traffic {
  /** The texts of SQL statements. */
  statements: string[];
  /** The names of Redis commands. */
  commands: string[];
  stop(): void;
}

/** Notes everything that is sent from now on, until `stop`. */
export function noteTraffic(): Traffic {
  const statements: string[] = [];
  const commands: string[] = [];
  const { query } = Client.prototype;
  const { sendCommand } = Redis.prototype;
  Client.prototype.query = function noted(this: Client, ...sent: unknown[]) {
    const [first] = sent;
    const text = typeof first === 'string' ? first : (first as { text?: unknown }).text;
    if (typeof text === 'string') statements.push(text);
    return Reflect.apply(query, this, sent);
  } as typeof query;
  Redis.prototype.sendCommand = function noted(this: Redis, ...sent: Parameters<typeof sendCommand>) {
    commands.push(sent[0].name);
    return Reflect.apply(sendCommand, this, sent);
  };
  return {
    statements,
    commands,
    stop() {
      Client.prototype.query = query;
      Redis.prototype.sendCommand = sendCommand;
    },
  };
}
