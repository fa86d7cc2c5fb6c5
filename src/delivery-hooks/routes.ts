import { z } from 'zod';
import { defineRoute, Instant } from '../api.ts';
import { noBody } from '../platform/http/answers.ts';
import { HOOK_KINDS } from './front-end.ts';
import { type DeliveryHook, type DeliveryHooks, HOOKS_PATH } from './hooks.ts';

const fields = {
  kind: z.enum(HOOK_KINDS).meta({ description: 'The product that hands codes over' }),
  name: z
    .string()
    .trim()
    .regex(/^[^\p{Cc}\p{Cs}]{1,80}$/u, 'This must be 1 to 80 characters on one line.')
    .meta({ description: 'Which hook it is, for people', example: 'Contoso at Okta' }),
};
const asksFirst = z.boolean().meta({
  description: 'Whether a call asks for # before it speaks the code; without, voicemail may hear it',
});
const times = z.int().min(1).max(3).meta({ description: 'How often a call speaks the code by itself' });

/** A wanted hook. */
export const NewDeliveryHookBody = z
  .strictObject({
    ...fields,
    secret: z
      .string()
      .regex(/^[\x21-\x7e]{24,200}$/, 'This must be 24 to 200 printable ASCII characters without spaces.')
      .optional()
      .meta({ description: 'What the product has made; left out: one is made' }),
    asksFirst: asksFirst.default(true),
    times: times.default(2),
  })
  .refine(
    ({ kind, secret }) => kind === 'okta' || secret === undefined || /^whsec_[\w+/-]{32,}=*$/.test(secret),
    {
      path: ['secret'],
      error: 'This must be whsec_ and base64, without what stands before it (v1,).',
    },
  )
  .meta({
    id: 'NewDeliveryHook',
    description: 'A hook of an identity product, through which it hands codes over',
  });

const DeliveryHookView = z
  .object({
    id: z.string(),
    ...fields,
    asksFirst,
    times,
    path: z.string().meta({ description: 'Where codes are handed over, below the address of Poundkey' }),
    createdAt: Instant,
  })
  .meta({
    id: 'DeliveryHook',
    description: 'A hook of an identity product, through which it hands codes over',
  });

const toView = ({ id, kind, name, asksFirst, times, createdAt }: DeliveryHook) => ({
  ...{ id, kind, name, asksFirst, times },
  ...{ path: `${HOOKS_PATH}/${kind}/${id}`, createdAt: createdAt.toISOString() },
});

/** `/v1/delivery-hooks`. */
export function deliveryHookRoutes(hooks: Pick<DeliveryHooks, 'create' | 'list' | 'remove'>) {
  const path = '/v1/delivery-hooks';
  return [
    defineRoute({
      method: 'get',
      path,
      summary: 'List hooks of identity products',
      operationId: 'listDeliveryHooks',
      scope: 'read',
      responses: {
        200: {
          description: 'The hooks, the oldest first; at most 100',
          schema: z.object({ value: z.array(DeliveryHookView) }),
        },
      },
      problems: [],
      async handle({ caller: { tenantId } }) {
        return { status: 200, body: { value: (await hooks.list(tenantId)).map(toView) } };
      },
    }),
    defineRoute({
      method: 'post',
      path,
      summary: 'Let an identity product hand codes over',
      operationId: 'createDeliveryHook',
      scope: 'policy:write',
      body: NewDeliveryHookBody,
      responses: {
        201: {
          description: 'The hook, with its secret',
          schema: DeliveryHookView.extend({ secret: z.string().meta({ description: 'Shown only once' }) }),
        },
      },
      problems: [],
      async handle({ body, caller: { tenantId } }) {
        const { hook, secret } = await hooks.create({ ...body, tenantId });
        return { status: 201, body: { ...toView(hook), secret } };
      },
    }),
    defineRoute({
      method: 'delete',
      path: `${path}/:id`,
      params: z.object({ id: z.guid('This must be a UUID, as the list of hooks shows it.') }),
      summary: 'Remove a hook of an identity product',
      operationId: 'removeDeliveryHook',
      scope: 'policy:write',
      responses: { 204: noBody('What it hands over is refused from now on') },
      problems: ['deliveryHook.notFound'],
      async handle({ params: { id }, caller: { tenantId } }) {
        await hooks.remove(tenantId, id);
        return { status: 204, body: null };
      },
    }),
  ];
}
