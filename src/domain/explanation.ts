/** What an error code means, and what an operator does about it. */
export interface Explanation {
  meaning: string;
  action: string;
}
