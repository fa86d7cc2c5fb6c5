/** One command. `usage` names its words; `run` gets as many, and returns what to print. */
export interface Command<Tools> {
  usage: string;
  what: string;
  run(tools: Tools, ...words: string[]): Promise<string>;
}

/** Something in what was typed is wrong; the message says what, and what to do. */
export class UsageError extends Error {}
