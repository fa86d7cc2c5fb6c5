import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ServiceError } from '../errors.ts';
import type { Logger } from '../log.ts';

/** How many exports of a tenant one process sends at once: each reads as fast as its client does. */
const MOST_OF_TENANT = 2;
const BUSY_RETRY_S = 30;

/** Sends texts to clients who have asked for an export. */
export function createSendExport({ log }: { log: Pick<Logger, 'warn'> }) {
  const open = new Map<string, number>();
  const countOf = (tenantId: string) => open.get(tenantId) ?? 0;
  const isFull = (tenantId: string) => countOf(tenantId) >= MOST_OF_TENANT;

  /** Ends with the texts or with the client. When a text cannot be had, the connection breaks: what came is not all. */
  async function send(tenantId: string, texts: AsyncIterable<string>, res: ServerResponse): Promise<void> {
    open.set(tenantId, countOf(tenantId) + 1);
    try {
      await pipeline(Readable.from(texts), res);
    } catch (error) {
      if (isClientGone(error)) return;
      log.warn({ tenantId, err: error }, 'an export of audit events broke off; the client must ask again');
    } finally {
      const left = countOf(tenantId) - 1;
      if (left > 0) open.set(tenantId, left);
      else open.delete(tenantId);
    }
  }

  return {
    /** @throws ServiceError `service.busy` when the tenant has as many exports as it may */
    assertRoom(tenantId: string): void {
      if (!isFull(tenantId)) return;
      throw new ServiceError(
        'service.busy',
        `This process sends ${MOST_OF_TENANT} exports to the tenant already. Ask again when one of them has ended.`,
        { retryAfterS: BUSY_RETRY_S },
      );
    },

    /** Takes over a response whose head is out. */
    start(tenantId: string, texts: AsyncIterable<string>, res: ServerResponse): void {
      // Others that found room at the same moment took it. An end would look like an export of nothing.
      if (isFull(tenantId)) return void res.destroy();
      void send(tenantId, texts, res);
    },
  };
}

function isClientGone(error: unknown): boolean {
  const gone = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'];
  return error instanceof Error && 'code' in error && gone.some((code) => code === error.code);
}
