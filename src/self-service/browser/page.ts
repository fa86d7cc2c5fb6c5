/** Runs on every page. */
export {};
