import { AsyncLocalStorage } from 'node:async_hooks';

/** Kinds of those who change something. `service` is Poundkey itself, such as a timer that finds a call overdue. */
export const ACTOR_TYPES = ['apiKey', 'user', 'operator', 'provider', 'appServer', 'service'] as const;

/** Who changes something, as audit events name them. */
export interface Actor {
  type: (typeof ACTOR_TYPES)[number];
  /** The id of the API key, of the app server or of the user, the name of the provider; null for others. */
  id: string | null;
  /** What the API key or the app server is called, or the account of the operating system at the command line; null for others. */
  name: string | null;
  /** The IP address that the request came from, of an app server: that of its client; null where there is none. */
  clientAddress: string | null;
}

const SERVICE: Actor = { type: 'service', id: null, name: null, clientAddress: null };

const acting = new AsyncLocalStorage<Actor>();

/** Does work in the name of somebody: audit events that it writes, also later in the background, name this actor. */
export function actAs<T>(actor: Actor, work: () => T): T {
  return acting.run(actor, work);
}

/** In whose name the present work is done; the service's own where nobody was named. */
export function currentActor(): Actor {
  return acting.getStore() ?? SERVICE;
}
