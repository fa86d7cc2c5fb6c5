import type { AnswerHeaders } from './answers.ts';
import type { Problem } from './problem.ts';

/** A problem as a page for people: HTML, and further headers; or, with a type of its own, as a program of another protocol wants it. */
export type ProblemPage = (
  problem: Pick<Problem, 'status' | 'body'>,
  request: { header(name: string): string | undefined },
  /** What was thrown. */
  error: unknown,
) => { html: string; headers: AnswerHeaders };
