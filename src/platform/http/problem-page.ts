import type { AnswerHeaders } from './answers.ts';
import type { Problem } from './problem.ts';

/** A problem as a page for people: HTML, and further headers. */
export type ProblemPage = (
  problem: Pick<Problem, 'status' | 'body'>,
  request: { header(name: string): string | undefined },
) => { html: string; headers: AnswerHeaders };
