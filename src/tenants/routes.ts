import { z } from 'zod';
import { type Caller, Instant } from '../api.ts';
import { SCOPES } from '../domain/scope.ts';
import { ServiceError } from '../errors.ts';
import { routeDefiner } from '../platform/http/route.ts';
import type { ApiKeys } from './api-keys.ts';

/** Also a type of the client. */
export const KeyView = z
  .object({
    id: z.string().meta({ description: 'What operators name the key by', example: 'k7m2p4q9rstw' }),
    name: z.string().meta({ description: 'What the key is for', example: 'backend' }),
    tenantId: z.string().meta({ example: 'contoso' }),
    tenantName: z.string().meta({ example: 'Contoso AB' }),
    scopes: z.array(z.enum(SCOPES)).meta({ description: 'What the key may do', example: ['read'] }),
    createdAt: Instant,
  })
  .meta({ id: 'Key' });

/** `/v1/key`: the key that a request is sent with. */
export function keyRoutes(apiKeys: Pick<ApiKeys, 'read'>) {
  return [
    routeDefiner<Caller & { keyId: string }>()({
      method: 'get',
      path: '/v1/key',
      summary: 'Test the API key: whose it is',
      operationId: 'readKey',
      scope: null,
      responses: { 200: { description: 'The key of this request, without what proves it', schema: KeyView } },
      problems: [],
      async handle({ caller }) {
        const key = await apiKeys.read(caller.keyId);
        if (!key)
          throw new ServiceError('apiKey.invalid', 'The API key was removed just now. Use another one.');
        return { status: 200, body: { ...key, createdAt: key.createdAt.toISOString() } };
      },
    }),
  ];
}
