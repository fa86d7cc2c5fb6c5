import type { Blocks } from '../blocks/blocks.ts';
import type { Events } from '../events.ts';
import type { Journey } from '../journey/index.ts';
import type { VerificationJobs } from '../journey/job/verification-jobs.ts';
import type { Logger } from '../log.ts';
import type { Policies } from '../policy/policies.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { SimulatorTime } from '../simulator/time.ts';
import type { ApiKeys } from '../tenants/api-keys.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { UserProfiles } from '../users/user-profiles.ts';
import type { Stores } from './open-stores.ts';
import type { Outbox } from './outbox.ts';

/** The parts of a running service. */
export interface ServiceParts {
  log: Logger;
  events: Events;
  /** Where HTTP is served, or null for a worker. */
  url: string | null;
  /** Where the operators' port is. */
  opsUrl: string;
  simulator: Simulator<SimulatorTime> | null;
  stores: Stores;
  jobs: VerificationJobs;
  journey: Journey;
  outbox: Outbox;
  tenants: Tenants;
  apiKeys: ApiKeys;
  userProfiles: UserProfiles;
  policies: Policies;
  blocks: Blocks;
}
