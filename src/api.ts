import { z } from 'zod';
import { routeDefiner } from './platform/http/route.ts';

/** Who sent a request, as its API key tells. */
export interface Caller {
  tenantId: string;
}

/** Defines a route of the REST API: see `platform/http/route.ts`. */
export const defineRoute = routeDefiner<Caller>();

/** A user as the tenant's backend names it. Opaque; better not a name or an e-mail address. */
export const UserId = z
  .string()
  .regex(/^[A-Za-z0-9._~@:+=|-]{1,128}$/, 'This must be 1 to 128 letters, digits or . _ ~ @ : + = | -')
  .meta({ description: 'An opaque id of the user within the tenant', example: 'u-1842' });

/** A language. */
export const LanguageTag = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, 'This must be a language tag of BCP 47, such as sv-SE.')
  .meta({ example: 'sv-SE' });

/** The id of a verification. */
export const VerificationId = z.guid('This must be a UUID, as the request for the verification returned it.');

/** An instant, ISO 8601 in UTC. */
export const Instant = z.string().meta({ description: 'ISO 8601, UTC', example: '2026-11-21T09:00:00.000Z' });
