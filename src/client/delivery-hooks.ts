import { type Send, segment } from './send.ts';

/** A wanted hook of an identity product. */
export interface NewDeliveryHook {
  kind: 'okta' | 'auth0' | 'supabase';
  name: string;
  /** What the product has made; left out: one is made. */
  secret?: string;
  /** Whether a call asks for # before it speaks the code; left out: it does. */
  asksFirst?: boolean;
  /** How often a call speaks the code by itself, 1 to 3. */
  times?: number;
}

/** A hook through which an identity product hands codes over. */
export interface DeliveryHook extends Required<Omit<NewDeliveryHook, 'secret'>> {
  id: string;
  /** Where codes are handed over, below the address of Poundkey. */
  path: string;
  /** ISO 8601, UTC. */
  createdAt: string;
}

/** What lets identity products other than Entra hand codes over. */
export function deliveryHooks({ json }: Send) {
  const path = '/v1/delivery-hooks';
  return {
    /** With its secret, which is shown once. */
    createDeliveryHook: (wanted: NewDeliveryHook) =>
      json<DeliveryHook & { secret: string }>('POST', path, { body: wanted }),
    listDeliveryHooks: async () => (await json<{ value: DeliveryHook[] }>('GET', path)).value,
    removeDeliveryHook: async (id: string): Promise<void> => {
      await json('DELETE', `${path}/${segment(id)}`);
    },
  };
}
