import { noBody } from '../../platform/http/answers.ts';
import { routeDefiner, unchecked } from '../../platform/http/route.ts';
import type { TrustedWebhook } from '../../providers/port.ts';
import type { FollowText } from './follow-text.ts';
import type { TextAddress } from './text-way.ts';

/** A webhook that the provider signed, and the attempt that its address names. */
interface Caller {
  webhook: TrustedWebhook;
  attemptId: string;
}

const defineRoute = routeDefiner<Caller>();

/** Where the provider tells how far the text of an attempt has come. */
export function createTextAddress(publicUrl: string): TextAddress {
  return (attemptId) => `${publicUrl}/webhooks/texts/${attemptId}/status`;
}

/** The route of the provider's webhooks about texts. It answers with an error while the registry is away, so they come again. */
export function textStatusRoute(followText: FollowText) {
  return defineRoute({
    ...({ method: 'post', params: unchecked, query: unchecked, body: unchecked, problems: [] } as const),
    path: '/webhooks/texts/:attemptId/status',
    summary: 'Report the progress of a text message',
    operationId: 'textStatus',
    responses: { 204: noBody('The report was accepted') },
    async handle({ caller: { webhook, attemptId } }) {
      await followText(attemptId, webhook.text(), webhook.sender);
      return { status: 204, body: null };
    },
  });
}
