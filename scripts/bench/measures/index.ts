/** All measures, in the order in which they run. */
import { endToEnd } from './end-to-end.ts';
import type { Measure } from './measure.ts';

export const MEASURES: readonly Measure[] = [endToEnd];
