import { blockRoutes } from '../blocks/routes.ts';
import { capabilityRoutes } from '../capabilities/routes.ts';
import type { Clock } from '../platform/clock.ts';
import { policyRoutes } from '../policy/routes.ts';
import type { ServiceParts } from './parts.ts';

/** The routes of administrators: the policy, who is blocked, and what a user may do under both. */
export function administrationRoutes(
  parts: Pick<ServiceParts, 'policies' | 'blocks' | 'journey'> & { clock: Clock },
) {
  return [
    ...policyRoutes(parts.policies),
    ...blockRoutes(parts.blocks, parts.clock),
    ...capabilityRoutes(parts.journey.findRefusals, parts.clock),
  ];
}
