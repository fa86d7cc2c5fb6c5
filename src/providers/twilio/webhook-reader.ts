import { createSignatureCheck } from './signature.ts';
import { parseAnswer, parseDigits, parseMachine, parseStatus } from './webhooks.ts';

/**
 * Reads webhooks as they arrive: checks who sent them, then offers what they say in our words.
 * The returned function throws `ServiceError` `webhook.unsigned` or `webhook.wrongSignature`; what it returns
 * throws `request.invalid`.
 * @param options.publicUrl the address under which the network reaches us
 * @param options.authTokens the tokens that webhooks may be signed with
 */
export function createWebhookReader(options: { publicUrl: string; authTokens: string[] }) {
  const check = createSignatureCheck(options);
  return (webhook: { originalUrl: string; header(name: string): string | undefined; body: string }) => {
    const params = readForm(webhook.body);
    check({ originalUrl: webhook.originalUrl, signature: webhook.header('X-Twilio-Signature'), params });
    return {
      answer: () => parseAnswer(params),
      digits: () => parseDigits(params),
      status: () => parseStatus(params),
      machine: () => parseMachine(params),
    };
  };
}

/** Form fields by name; a name that comes more than once keeps all its values, which the signature covers. */
function readForm(body: string): Record<string, string | string[]> {
  const form: Record<string, string | string[]> = Object.create(null);
  const fields = new URLSearchParams(body);
  for (const name of new Set(fields.keys())) {
    const values = fields.getAll(name);
    form[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return form;
}
