/** Registers how to undo what was just started; the last started is undone first. `limitMs`: how long that may take. */
export type Undo = (name: string, run: () => Promise<unknown>, limitMs?: number) => void;
