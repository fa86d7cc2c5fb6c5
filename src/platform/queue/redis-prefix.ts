/** The prefix as BullMQ gets it: in braces, so that a Redis Cluster keeps all keys of a queue in one slot. */
export function redisPrefix(prefix: string): string {
  return /^\{.*\}$/.test(prefix) ? prefix : `{${prefix}}`;
}
