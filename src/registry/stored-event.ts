/** One thing that happened to a verification, as its row keeps it: a change of state, a prompt of its call, or another event. */
export interface StoredEvent {
  /** The state; `prompt`; `codeWrong`; or `escalated`: a call takes the place of the text message. */
  type: string;
  /** ISO 8601. */
  at: string;
  attemptId?: string;
  outcome?: string;
  errorCode?: string;
  prompt?: string;
  /** Of `queued`: for a call in the place of a text message. */
  instead?: true;
}
