import express, { type Express } from 'express';
import { listen } from '../platform/http/http-server.ts';
import type { Undo } from './undo.ts';

/** How long running requests may take once the process leaves, ms. */
const LAST_REQUESTS_MS = 5_000;

/** A port that is open before what it serves is built, since that may need to know the address. */
export interface Door {
  url: string;
  /** Serves the app from now on. */
  serve(app: Express): void;
}

/** Opens the port. Until `serve`, requests are answered 404. */
export async function openDoor(address: { host: string; port: number }, undo: Undo): Promise<Door> {
  const outer = express().disable('x-powered-by').disable('etag');
  const server = await listen(outer, address);
  undo('http', () => server.close(LAST_REQUESTS_MS));
  return { url: server.url, serve: (app) => void outer.use(app) };
}
