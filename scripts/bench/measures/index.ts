/** All measures, in the order in which they run. */
import { appPasswords } from './app-passwords.ts';
import { backlog } from './backlog.ts';
import { endToEnd } from './end-to-end.ts';
import { entra } from './entra.ts';
import { guessing } from './guessing.ts';
import { history } from './history.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import type { Measure } from './measure.ts';
import { memory } from './memory.ts';
import { outbox } from './outbox.ts';
import { pacing } from './pacing.ts';
import { page } from './page.ts';
import { start } from './start.ts';
import { texts } from './texts.ts';
import { webhooks } from './webhooks.ts';

export const MEASURES: readonly Measure[] = [
  endToEnd,
  texts,
  webhooks,
  latency,
  backlog,
  memory,
  pacing,
  idle,
  start,
  history,
  outbox,
  appPasswords,
  guessing,
  entra,
  page,
];
