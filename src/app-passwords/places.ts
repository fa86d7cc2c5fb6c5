/** A user's app passwords that are not revoked each have one of the user's places, as an index guarantees. */
import { raw, type Sql } from 'sql-template-tag';
import { MOST_APP_PASSWORDS } from '../domain/app-password-limit.ts';

/** A row that has the columns tenant_id and user_id, by its name in the statement. */
type Owner = 'v' | 'done' | 'owner';

const ofOwner = (owner: Owner) =>
  `p.tenant_id = ${owner}.tenant_id and p.user_id = ${owner}.user_id and p.revoked_at is null`;

/** A condition: the user of `owner` may have one more app password. */
export const hasRoomFor = (owner: Owner): Sql =>
  raw(`(select count(*) from app_password p where ${ofOwner(owner)}) < ${MOST_APP_PASSWORDS}`);

/**
 * Selects `place`, one that the user of `owner` does not use. Of two at once that take the same one, the index lets one
 * through; see `registry/migrations/0006-app-password-places.ts`.
 */
export const freePlaceOf = (owner: Owner): Sql =>
  raw(`select place from generate_series(1, ${MOST_APP_PASSWORDS}) place
  where place <> all (array(select p.place from app_password p where ${ofOwner(owner)} and p.place is not null)) limit 1`);
