import { type Send, segment } from './send.ts';
import type {
  EntraMessageKey,
  EntraMethod,
  EntraMethodChanges,
  EntraPhoneProvider,
  EntraPhoneProviderChanges,
  NewEntraMethod,
  NewEntraPhoneProvider,
} from './types.ts';

/** What connects a tenant with Microsoft Entra: methods for signing in, and connections that hand messages over. */
export function entra({ json }: Send) {
  const path = '/v1/entra-phone-providers';
  const keys = (id: string) => `${path}/${segment(id)}/keys`;
  return {
    listEntraMethods: async () => (await json<{ value: EntraMethod[] }>('GET', '/v1/entra-methods')).value,
    readEntraMethod: (id: string) => json<EntraMethod>('GET', `/v1/entra-methods/${segment(id)}`),
    /** Lets Entra ask for calls. What the method resolves to has what is to be entered at Entra. */
    createEntraMethod: (wanted: NewEntraMethod) =>
      json<EntraMethod>('POST', '/v1/entra-methods', { body: wanted }),
    /** What is left out stays as it is. */
    changeEntraMethod: (id: string, changes: EntraMethodChanges) =>
      json<EntraMethod>('PATCH', `/v1/entra-methods/${segment(id)}`, { body: changes }),
    removeEntraMethod: async (id: string): Promise<void> => {
      await json('DELETE', `/v1/entra-methods/${segment(id)}`);
    },
    /** With the code, which is shown once, a person enters a phone at a first sign-in of Entra. */
    createEnrolmentCode: (userId: string, wanted: { forS?: number } = {}) =>
      json<{ code: string; expiresAt: string }>('POST', `/v1/users/${segment(userId)}/enrolment-code`, {
        body: wanted,
      }),
    removeEnrolmentCode: async (userId: string): Promise<void> => {
      await json('DELETE', `/v1/users/${segment(userId)}/enrolment-code`);
    },
    /** Connects with a directory; its certificate is to be published at Entra. */
    createEntraPhoneProvider: (wanted: NewEntraPhoneProvider) =>
      json<EntraPhoneProvider>('POST', path, { body: wanted }),
    listEntraPhoneProviders: async () => (await json<{ value: EntraPhoneProvider[] }>('GET', path)).value,
    /** What is left out stays as it is. */
    changeEntraPhoneProvider: (id: string, changes: EntraPhoneProviderChanges) =>
      json<EntraPhoneProvider>('PATCH', `${path}/${segment(id)}`, { body: changes }),
    removeEntraPhoneProvider: (id: string) => json<void>('DELETE', `${path}/${segment(id)}`),
    addEntraMessageKey: (id: string) => json<EntraMessageKey>('POST', keys(id)),
    retireEntraMessageKey: (id: string, keyId: string) =>
      json<void>('DELETE', `${keys(id)}/${segment(keyId)}`),
  };
}
