/** What the floors are started with: one JSON object as the only argument. */
import { z } from 'zod';

const Settings = z.object({
  port: z.int(),
  databaseUrl: z.string(),
  redisUrl: z.string(),
  apiKey: z.string(),
  accountSid: z.string(),
  authToken: z.string(),
  callerLine: z.string(),
  providerUrl: z.string(),
  publicUrl: z.string(),
  receiverUrl: z.string(),
  webhookSecret: z.string(),
  hashKey: z.string(),
});
export type FloorSettings = z.infer<typeof Settings>;

/** @throws ZodError when something is missing */
export function readSettings(): FloorSettings {
  return Settings.parse(JSON.parse(process.argv[2] ?? '{}'));
}
