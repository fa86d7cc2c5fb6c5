import type { IncomingRequest } from '../platform/http/route-set.ts';

/**
 * Says whether a page of this service led to a request, as browsers say of forms (`Origin`).
 * @param publicUrl where people reach the service
 */
export function createIsFromHere(publicUrl: string) {
  const { origin } = new URL(publicUrl);
  return (header: IncomingRequest['header']): boolean => header('origin') === origin;
}
