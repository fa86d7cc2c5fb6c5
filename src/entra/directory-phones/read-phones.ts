/** The phones that a directory has of a person, from Microsoft Graph. */
import { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import type { Cloud } from '../clouds.ts';
import { createAccessTokens, type GraphApplication } from './access-token.ts';
import { type Answer, ask } from './ask.ts';
import { DirectoryPhonesRefusal } from './refusal.ts';

/** As they stand in the directory: whoever administers it wrote them, in any form. */
export interface PhonesInDirectory {
  business: string[];
  mobile: string | null;
  /** Where the person works, ISO 3166-1 alpha-2: numbers without a calling code are of there. Null: the directory does not say. */
  country: string | null;
}

/** Reads phones. */
export type DirectoryPhones = ReturnType<typeof createDirectoryPhones>;

/** How long a person waits for Microsoft, ms. */
const ANSWER_MS = 3_000;

const GraphUser = z.object({
  businessPhones: z.array(z.string()),
  mobilePhone: z.string().nullish(),
  usageLocation: z.string().nullish(),
});

/**
 * @param deps.logins where each cloud's tokens are asked for, without a slash at the end
 * @param deps.graphs where each cloud's Microsoft Graph is, the same way
 * @param deps.answerMs how long Microsoft may take, the token included, ms
 */
export function createDirectoryPhones(deps: {
  logins: Record<Cloud, string>;
  graphs: Record<Cloud, string>;
  clock: Clock;
  answerMs?: number;
}) {
  const tokens = createAccessTokens(deps);

  async function answerFor(application: GraphApplication, objectId: string, signal: AbortSignal) {
    const token = await tokens.of(application, signal);
    const user = `${deps.graphs[application.cloud]}/v1.0/users/${encodeURIComponent(objectId)}`;
    const headers = { Authorization: `Bearer ${token}` };
    return ask(`${user}?$select=businessPhones,mobilePhone,usageLocation`, { headers, signal });
  }

  return {
    /**
     * Needs the application permission User.Read.All, or one that covers it.
     * @param objectId of the person in the directory
     * @throws DirectoryPhonesRefusal within the time that Microsoft may take
     */
    async read(application: GraphApplication, objectId: string): Promise<PhonesInDirectory> {
      const signal = AbortSignal.timeout(deps.answerMs ?? ANSWER_MS);
      const first = await answerFor(application, objectId, signal);
      if (first.status !== 401) return phonesIn(first);
      // The kept token may have been revoked since.
      tokens.forget(application);
      return phonesIn(await answerFor(application, objectId, signal));
    },
  };
}

/** https://learn.microsoft.com/graph/errors */
const REASONS = { 401: 'tokenRefused', 403: 'permissionMissing', 404: 'userNotFound' } as const;

function phonesIn({ status, body }: Answer): PhonesInDirectory {
  const reason = REASONS[status as keyof typeof REASONS];
  if (reason !== undefined) throw new DirectoryPhonesRefusal(reason);
  const user = GraphUser.safeParse(body);
  if (status !== 200 || !user.success) throw new DirectoryPhonesRefusal('unreadable', `status ${status}`);
  const { businessPhones, mobilePhone = null, usageLocation = null } = user.data;
  return { business: businessPhones, mobile: mobilePhone, country: usageLocation };
}
