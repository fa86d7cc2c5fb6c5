/** Whether this process can do its work now: each thing it works with, asked at once, each within its own time. */

import { inTime } from '../platform/in-time.ts';
import { shortReason } from '../platform/outage-log.ts';
import { remembered } from './remembered.ts';

/** One thing that should work. */
export interface Check {
  name: string;
  /** Whether a process of this role is of no use without it (default); the rest is for people to look at. */
  required?: boolean;
  /** How long it may take, ms. */
  limitMs: number;
  /** Resolves when it works; what it throws says why not. */
  run(): Promise<unknown>;
}

/** How one check went. `reason` is for operators: it names hosts and codes, no secret. */
export interface CheckResult {
  /** `pending`: it is not required, and has not ended once yet. */
  status: 'ok' | 'failed' | 'pending';
  /** Whether it counts for readiness. */
  required: boolean;
  /** How long it took, ms. */
  ms: number;
  reason?: string;
}

/** Runs all checks at once. Never throws; takes as long as the slowest, at most the longest limit. */
export function runChecks(checks: Check[]): Promise<Record<string, CheckResult>> {
  return atOnce(checks.map((check) => [check.name, () => runCheck(check)]));
}

/** How long an answer waits for what is not required, ms: probes of Kubernetes give up after a second. */
const NOT_REQUIRED_MS = 500;

/**
 * Runs all checks whenever it is called. One that is not required and takes longer does not hold the answer up: what it last
 * found is told instead, and it goes on.
 * @param waitMs how long what is not required is waited for, ms
 */
export function createReadiness(checks: Check[], waitMs = NOT_REQUIRED_MS) {
  const looks = checks.map((check): Look => [check.name, createLook(check, waitMs)]);
  return () => atOnce(looks);
}

/** A check by its name, as it is run. */
type Look = readonly [name: string, run: () => Promise<CheckResult>];

async function atOnce(looks: Look[]): Promise<Record<string, CheckResult>> {
  const results = looks.map(async ([name, run]) => [name, await run()] as const);
  return Object.fromEntries(await Promise.all(results));
}

function createLook(check: Check, waitMs: number): () => Promise<CheckResult> {
  if (check.required !== false) return () => runCheck(check);
  let last: CheckResult = { status: 'pending', required: false, ms: 0 };
  const run = remembered(
    async () => {
      last = await runCheck(check);
      return last;
    },
    () => 0,
  );
  return () => inTime(run(), waitMs).catch(() => last);
}

/** Whether nothing that is required has failed. */
export function isReady(results: Record<string, CheckResult>): boolean {
  return Object.values(results).every(({ status, required }) => status === 'ok' || !required);
}

async function runCheck({ run, limitMs, required = true }: Check): Promise<CheckResult> {
  const started = performance.now();
  const taken = () => Math.round(performance.now() - started);
  try {
    await inTime(run(), limitMs);
    return { status: 'ok', required, ms: taken() };
  } catch (error) {
    return { status: 'failed', required, ms: taken(), reason: shortReason(error) };
  }
}
