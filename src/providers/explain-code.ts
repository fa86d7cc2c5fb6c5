/** What the error codes of providers mean; all providers so far have Twilio's. */
export { EXPLAINED_CODES, explainCode, reasonOf } from './twilio/explain-code.ts';
