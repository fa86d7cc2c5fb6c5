/** Serves the sandbox on the simulator's port, from the moment when there is a service to try it with. Its code is loaded when it is first asked for. */
import type { RequestHandler } from 'express';
import type { BackendAccess } from './sandbox/backend.ts';
import type { Network } from './sandbox/network.ts';
import type { SandboxRoutes } from './sandbox/routes.ts';

/** The sandbox, before and after there is a service. */
export interface ServedSandbox {
  /** Answers what belongs to the sandbox: `/`, `/sandbox/…` and `/hooks/…`. */
  handle: RequestHandler;
  /** There is a service now; `access` is asked for it when somebody opens the sandbox. */
  connect(access: () => Promise<BackendAccess>): void;
  /** Ends streams, so that connections can close. */
  close(): Promise<void>;
}

const OWN_PATHS = /^\/($|sandbox(\/|$)|hooks(\/|$))/;
const NOT_THERE =
  'This is the phone network of a simulator. Its sandbox is part of a development start of Poundkey: npm start, or npm run demo -- --open\n';

/** @param url where the simulator listens */
export function serveSandbox(network: Network, url: () => string): ServedSandbox {
  let access: (() => Promise<BackendAccess>) | null = null;
  let loading: Promise<SandboxRoutes> | null = null;
  const load = async (known: () => Promise<BackendAccess>) => {
    const { createSandboxRoutes } = await import('./sandbox/routes.ts');
    return createSandboxRoutes({ network, access: known, url });
  };
  return {
    handle(req, res, next) {
      if (!OWN_PATHS.test(req.path)) return next();
      if (!access) return void res.status(404).type('text').send(NOT_THERE);
      loading ??= load(access);
      loading.then(({ routes }) => void routes(req, res, next)).catch(next);
    },
    connect(known) {
      access = known;
    },
    async close() {
      (await loading)?.close();
    },
  };
}
