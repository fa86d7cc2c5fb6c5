import type { RowPurpose } from '../states.ts';

/** Whose verification is counted. */
export interface CountedUser {
  tenantId: string;
  userId: string;
  purpose: RowPurpose;
}

/**
 * What a phone is counted as, before it is hashed: all verifications of it together, whoever asks for them. Who signs in with
 * their own phone is counted apart, so that no stranger uses up the limit.
 * @param phone E.164, or with an extension
 */
export function countedPhone({ tenantId, userId, purpose }: CountedUser, phone: string): string {
  return purpose === 'signIn' ? `${tenantId} ${userId} ${phone}` : phone;
}
