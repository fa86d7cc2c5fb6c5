// Hooks of identity products other than Entra, through which they hand codes over.
import { HOOK_KINDS } from '../../../src/delivery-hooks/front-end.ts';
import { NewDeliveryHookBody } from '../../../src/delivery-hooks/routes.ts';
import {
  type Answer,
  type Command,
  checkedUuid,
  contentOf,
  publicUrlOf,
  table,
  UsageError,
} from '../command.ts';
import { existing } from '../tenant-commands.ts';
import type { Tools } from '../tools.ts';
import { stepsOf } from './steps.ts';

type Options = Readonly<Record<string, string>>;
type Action = (tools: Tools, words: string[], options: Options) => Promise<Answer>;

const create: Action = async (
  tools,
  [tenantId = ''],
  { kind, name, ask = 'on', times = '2', secretFile },
) => {
  await existing(tools.tenants, tenantId);
  const publicUrl = publicUrlOf(tools, 'the product');
  const wanted = NewDeliveryHookBody.safeParse({
    ...{ kind, name, asksFirst: ask === 'on' ? true : ask === 'off' ? false : ask, times: Number(times) },
    ...(secretFile === undefined ? {} : { secret: contentOf(secretFile).trim() }),
  });
  if (!wanted.success)
    throw new UsageError(
      `Expected: delivery-hooks create TENANT --kind ${HOOK_KINDS.join('|')} --name NAME [--secret-file FILE] [--ask on|off] [--times 1|2|3]. A secret of a file is one of 24 to 200 characters; for Auth0 and Supabase whsec_ and base64.`,
    );
  const { hook, secret } = await tools.deliveryHooks.create({ ...wanted.data, tenantId });
  const text = `${hook.id}\n\n${stepsOf(publicUrl, hook, secret)}`;
  return { text, data: { ...hook, secret } };
};

const list: Action = async (tools, [tenantId = '']) => {
  await existing(tools.tenants, tenantId);
  const all = await tools.deliveryHooks.list(tenantId);
  const rows = all.map(({ id, kind, name }) => [id, kind, name]);
  return { text: all.length === 0 ? `${tenantId} has no delivery hooks.` : table(rows), data: all };
};

const show: Action = async (tools, [tenantId = '', id = '']) => {
  await existing(tools.tenants, tenantId);
  const hook = (await tools.deliveryHooks.list(tenantId)).find((each) => each.id === id);
  if (hook === undefined)
    throw new UsageError('There is no such hook: delivery-hooks list TENANT shows all.');
  return { text: `${id}\n\n${stepsOf(publicUrlOf(tools, 'the product'), hook, null)}`, data: hook };
};

const remove: Action = async (tools, [tenantId = '', id = '']) => {
  await existing(tools.tenants, tenantId);
  await tools.deliveryHooks.remove(tenantId, checkedUuid(id, 'as delivery-hooks list shows it'));
  return {
    text: 'The hook is removed. Remove it at the product as well, or codes are handed over to nobody.',
    data: { id, removed: true },
  };
};

const ACTIONS: Record<string, Action> = { create, list, show, remove };

const deliveryHooks: Command<Tools> = {
  usage:
    'delivery-hooks ACTION [TENANT] [ID] [--kind KIND] [--name NAME] [--secret-file FILE] [--ask ON] [--times N]',
  what: 'hooks through which Okta, Auth0 and Supabase hand codes over, to be spoken or sent. ACTION: create TENANT (makes one, and prints what to enter there), list TENANT, show TENANT ID, or remove TENANT ID',
  async run(tools, [action = '', ...words], options) {
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (act) return act(tools, words, options);
    throw new UsageError(`ACTION is one of ${Object.keys(ACTIONS).join(', ')}.`);
  },
};

/** Commands about hooks of identity products. */
export const DELIVERY_HOOK_COMMANDS = [deliveryHooks];
