/** The first sign-in of somebody of whom no phone is known: the phone that the directory has of them. */
import { entraPersonOf } from '../../domain/entra-user.ts';
import { type ErrorCode, ServiceError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { UnregisteredPhone } from '../../registry/entra-schema.ts';
import type { DirectoryPhones, PhonesInDirectory } from '../directory-phones/read-phones.ts';
import { DirectoryPhonesRefusal } from '../directory-phones/refusal.ts';
import type { AttemptStore, EntraAttempt } from './attempt-store.ts';
import type { EntraMethods } from './methods.ts';

/** What looking in a directory needs. */
export interface DirectoryPhoneDeps {
  methods: Pick<EntraMethods, 'applicationOf'>;
  attempts: Pick<AttemptStore, 'keepPhone' | 'find'>;
  directoryPhones: Pick<DirectoryPhones, 'read'>;
  /**
   * Reads the first number that may be called.
   * @throws ServiceError `number.notRegistered` when there is none
   */
  officePhoneOf(tenantId: string, phones: PhonesInDirectory): Promise<UnregisteredPhone>;
  log: Pick<Logger, 'info' | 'warn'>;
}

/** The sign-in with its phone, or why it has none. */
export type FoundPhone = { attempt: EntraAttempt } | { refusal: ErrorCode };

/** Finds the phone of a sign-in whose method looks in the directory. Two at once keep one phone. */
export function createFindDirectoryPhone(deps: DirectoryPhoneDeps) {
  return async (attempt: EntraAttempt): Promise<FoundPhone> => {
    const { id, methodId, tenantId, asked } = attempt;
    const { clientRequestId } = asked;
    const seen = { tenantId, entraMethodId: methodId, entraAttemptId: id, clientRequestId };
    try {
      const phone = await read(attempt);
      const kept = (await deps.attempts.keepPhone(id, phone)) ?? (await deps.attempts.find(methodId, id));
      deps.log.info(seen, 'a phone was read from the directory');
      return kept === null ? { refusal: 'number.notRegistered' } : { attempt: kept };
    } catch (error) {
      const { refusal, reason } = whyNone(error);
      deps.log.warn({ ...seen, reason, err: error }, 'the directory gave no phone that may be called');
      return { refusal };
    }
  };

  async function read({ methodId, tenantId, userId }: EntraAttempt): Promise<UnregisteredPhone> {
    const { objectId, directoryId } = entraPersonOf(userId);
    const application = await deps.methods.applicationOf(methodId, directoryId);
    if (application === null) throw new DirectoryPhonesRefusal('tokenRefused');
    return deps.officePhoneOf(tenantId, await deps.directoryPhones.read(application, objectId));
  }
}

/** @throws whatever is neither a refusal of Microsoft's nor one of ours */
function whyNone(error: unknown): { refusal: ErrorCode; reason: string } {
  if (error instanceof ServiceError) return { refusal: 'number.notRegistered', reason: error.code };
  if (!(error instanceof DirectoryPhonesRefusal)) throw error;
  const isUnknown = error.reason === 'userNotFound';
  return { refusal: isUnknown ? 'number.notRegistered' : 'service.unavailable', reason: error.reason };
}
