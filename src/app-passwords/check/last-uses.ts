import sql from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { OutageLog } from '../../platform/outage-log.ts';

/** How long uses are gathered before they are written, ms. */
const GATHERED_MS = 2_000;
/** The shortest time between two writes about one app password, ms. */
const APART_MS = 5 * 60_000;
/** Uses that wait to be written at most; those beyond are written at a later use. */
const MOST_WAITING = 10_000;

/** A use of an app password. */
export interface Use {
  id: string;
  at: Date;
  service: string;
  network: string | null;
  /** Its hash under the current key, where it is stored under an older one. */
  rehash: { hash: string; keyId: string } | null;
}

/**
 * Writes when and where app passwords were last used: some time afterwards, many in one statement, and at most one write
 * for each in five minutes, whichever processes it is used with. A use that cannot be written is forgotten.
 */
export function createLastUses({ run, outages }: { run: RunStatement; outages: OutageLog }) {
  const waiting = new Map<string, Use>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  function flush(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    const uses = [...waiting.values()];
    waiting.clear();
    if (uses.length > 0)
      writing = writing.then(() => outages.follow('noting the use of app passwords', write(run, uses)));
    return writing;
  }

  return {
    /** Notes a use. @param lastUsedAt what the registry says */
    note(use: Use, lastUsedAt: Date | null): void {
      const isRecent = lastUsedAt !== null && use.at.getTime() - lastUsedAt.getTime() < APART_MS;
      if ((isRecent && use.rehash === null) || waiting.has(use.id) || waiting.size >= MOST_WAITING) return;
      waiting.set(use.id, use);
      timer ??= setTimeout(flush, GATHERED_MS);
    },
    /** Writes what waits. Never rejects. */
    flush,
  };
}

/** A row that another process is writing to is left to it. */
async function write(run: RunStatement, uses: Use[]): Promise<void> {
  const rows = uses.map(({ id, at, service, network, rehash }) => ({
    ...{
      id,
      at: at.toISOString(),
      before: new Date(at.getTime() - APART_MS).toISOString(),
      service,
      network,
    },
    ...{ hash: rehash?.hash ?? null, key_id: rehash?.keyId ?? null },
  }));
  await run(sql`
    with used as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        u(id uuid, at timestamptz, before timestamptz, service text, network text, hash text, key_id text)),
    free as materialized (
      select p.id from app_password p where p.id = any(array(select id from used)) order by p.id for update skip locked)
    update app_password p set last_used_at = u.at, last_used_service = u.service, last_used_network = u.network,
      hash = coalesce(u.hash, p.hash), hash_key_id = coalesce(u.key_id, p.hash_key_id)
    from used u, free where free.id = u.id and p.id = u.id
      and (p.last_used_at is null or p.last_used_at <= u.before or (u.hash is not null and u.key_id <> p.hash_key_id))`);
}
