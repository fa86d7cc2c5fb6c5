import { randomUUIDv7 } from 'node:crypto';
import { entraUserId } from '../../domain/entra-user.ts';
import type { Logger } from '../../log.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { FormFields } from '../../platform/http/form-body.ts';
import { redirectUriOf } from '../clouds.ts';
import type { DirectoryKeys } from '../directory-keys.ts';
import type { AttemptStore } from './attempt-store.ts';
import type { EntraMethod } from './methods.ts';
import { type ReadRequest, readEntraRequest } from './read-request.ts';

/** Entra gives a sign-in up five minutes after it has sent the person here: this leaves a minute for the way back, ms. */
const MOST_MS = 240_000;

/** What became of a request. */
export type Accepted =
  | Extract<ReadRequest, { kind: 'untrusted' }>
  | (Extract<ReadRequest, { kind: 'refused' }> & { redirectUri: string })
  | { kind: 'accepted'; id: string };

/** What accepting needs. */
export interface AcceptDeps {
  attempts: Pick<AttemptStore, 'add'>;
  directoryKeys: Pick<DirectoryKeys, 'ofAll'>;
  clock: Clock;
  log: Pick<Logger, 'info'>;
}

/** Checks a request from Entra and writes it down; the same one again is the sign-in that it began before. */
export function createAcceptRequest({ attempts, directoryKeys, clock, log }: AcceptDeps) {
  /** @throws ServiceError `service.unavailable` when Entra's keys cannot be read now */
  return async (method: EntraMethod, fields: FormFields): Promise<Accepted> => {
    const now = clock.now();
    const request = await readEntraRequest({ keys: directoryKeys, now: () => now }, method, fields);
    const { tenantId, id: entraMethodId } = method;
    if (request.kind !== 'accepted') {
      const { clientRequestId } = request;
      const why = request.kind === 'untrusted' ? request.why : request.error;
      log.info({ tenantId, entraMethodId, clientRequestId, why }, 'a request from Entra was refused');
      if (request.kind === 'untrusted') return request;
      return { ...request, redirectUri: redirectUriOf(method.cloud) };
    }
    const { hint, asked, requestHash } = request;
    const { id, isNew } = await attempts.add({
      ...{ id: randomUUIDv7(), methodId: method.id, tenantId, asked, requestHash },
      userId: entraUserId(hint.directoryId, hint.objectId),
      ...{ createdAt: now, expiresAt: later(now, MOST_MS) },
    });
    const { clientRequestId } = asked;
    const seen = { tenantId, entraMethodId, entraAttemptId: id, isNew, clientRequestId };
    log.info(seen, 'Entra asks for a sign-in');
    return { kind: 'accepted', id };
  };
}
