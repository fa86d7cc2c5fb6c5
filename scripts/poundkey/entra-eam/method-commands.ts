// External authentication methods of Entra: made, listed, shown with the administrator's steps, removed, tried out.
import { CLOUD_NAMES } from '../../../src/entra/clouds.ts';
import type { EntraMethod } from '../../../src/entra/external-method/methods.ts';
import { NewEntraMethodBody, viewOfMethod } from '../../../src/entra/external-method/routes.ts';
import { type Answer, type Command, publicUrlOf, table, UsageError, wholeIn } from '../command.ts';
import { namedUser } from '../named-user.ts';
import { existing } from '../tenant-commands.ts';
import type { Tools } from '../tools.ts';
import { adminSteps } from './admin-steps.ts';
import { readFirstTime } from './first-time-options.ts';

type Options = Readonly<Record<string, string>>;
type Action = (tools: Tools, words: string[], options: Options) => Promise<Answer>;

const USAGE =
  'entra-eam ACTION [TENANT] [ID] [--name NAME] [--application ID] [--directories IDS] [--cloud CLOUD] [--client-id ID] [--first-time MODE] [--graph-secret-file FILE] [--graph-certificate-file FILE] [--graph-key-file FILE] [--hours N]';

const create: Action = async (tools, [tenantId = ''], options) => {
  await existing(tools.tenants, tenantId);
  const { name, application, directories = '', cloud, clientId } = options;
  const wanted = NewEntraMethodBody.safeParse({
    ...{ displayName: name, applicationId: application, clientId, ...(cloud === undefined ? {} : { cloud }) },
    directoryIds: directories.split(',').map((id) => id.trim()),
    ...readFirstTime(options),
  });
  if (!wanted.success)
    throw new UsageError(
      `Expected: entra-eam create TENANT --name NAME --application ID --directories ID[,ID] [--cloud ${CLOUD_NAMES.join('|')}] [--client-id ID]. IDs are UUIDs as Entra shows them.`,
    );
  return shown(tools, await tools.entraMethods.create({ ...wanted.data, tenantId }));
};

const change: Action = async (tools, [tenantId = '', id = ''], options) => {
  await existing(tools.tenants, tenantId);
  const changes = readFirstTime(options);
  if (Object.keys(changes).length === 0)
    throw new UsageError('Give --first-time, or the files of a credential: nothing else can be changed.');
  return shown(tools, await tools.entraMethods.change(tenantId, id, changes));
};

const enrol: Action = async (tools, words, { hours = '72' }) => {
  const user = await namedUser(tools, words);
  const { code, expiresAt } = await tools.enrolmentCodes.create(
    user,
    wholeIn('hours', hours, 1, 336) * 3_600,
  );
  const text = `${code}\n\nGive it to the person by a safe route. It is good for one sign-in, until ${expiresAt.toISOString()}.`;
  return { text, data: { code, expiresAt } };
};

const list: Action = async (tools, [tenantId = '']) => {
  await existing(tools.tenants, tenantId);
  const all = await tools.entraMethods.list(tenantId);
  const rows = all.map(({ id, cloud, directoryIds, displayName }) => [
    id,
    cloud,
    directoryIds.join(' '),
    displayName,
  ]);
  const text = all.length === 0 ? `${tenantId} has no external authentication methods.` : table(rows);
  return { text, data: all.map((method) => viewOfMethod(publicUrlOf(tools, 'Entra'), method)) };
};

const show: Action = async (tools, [tenantId = '', id = '']) => {
  await existing(tools.tenants, tenantId);
  return shown(tools, await tools.entraMethods.read(tenantId, id));
};

const remove: Action = async (tools, [tenantId = '', id = '']) => {
  await existing(tools.tenants, tenantId);
  await tools.entraMethods.remove(tenantId, id);
  return {
    text: 'The method is removed. Disable it at Entra as well, or people go on choosing it.',
    data: { id, removed: true },
  };
};

const rotateKeys: Action = async ({ entraKeys }) => {
  const keys = await entraKeys.rotate();
  const rows = keys.map(({ kid, signsFrom, expiresAt }) => [
    kid,
    `signs from ${signsFrom.toISOString()}`,
    `ends ${expiresAt.toISOString()}`,
  ]);
  return {
    text: `${table(rows)}\n\nA new key is published for two days before it signs, since Entra keeps keys for a day.`,
    data: keys,
  };
};

const doctor: Action = async (tools, [tenantId, id]) => {
  const methods = await methodsOf(tools, tenantId, id);
  const { createExamination } = await import('./doctor.ts');
  const findings = await createExamination(tools)(methods);
  const signs = { ok: 'ok', failed: 'FAILED', skipped: 'left out' } as const;
  const rows = findings.map(({ name, status, says }) => [signs[status], name, says]);
  return {
    text: table(rows),
    data: findings,
    isAlarming: findings.some(({ status }) => status === 'failed'),
  };
};

async function methodsOf(tools: Tools, tenantId?: string, id?: string): Promise<EntraMethod[]> {
  if (tenantId === undefined) return [];
  await existing(tools.tenants, tenantId);
  return id === undefined ? tools.entraMethods.list(tenantId) : [await tools.entraMethods.read(tenantId, id)];
}

const ACTIONS: Record<string, Action> = {
  ...{ create, change, enrol, list, show, remove },
  ...{ 'rotate-keys': rotateKeys, doctor },
};

const entraEam: Command<Tools> = {
  usage: USAGE,
  what: 'external authentication methods of Microsoft Entra. ACTION: create TENANT (makes one, and prints what to enter at Entra), change TENANT ID, enrol TENANT USER (makes an enrolment code), list TENANT, show TENANT ID, remove TENANT ID, rotate-keys, or doctor [TENANT] [ID], which signs somebody in with an Entra of its own, and tries the methods of a tenant',
  async run(tools, [action = '', ...words], options) {
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (act) return act(tools, words, options);
    throw new UsageError(`ACTION is one of ${Object.keys(ACTIONS).join(', ')}.`);
  },
};

/** Commands about external authentication methods. */
export const ENTRA_METHOD_COMMANDS = [entraEam];

function shown(tools: Tools, method: EntraMethod): Answer {
  const publicUrl = publicUrlOf(tools, 'Entra');
  return {
    text: `${method.id}\n\n${adminSteps(publicUrl, method)}`,
    data: viewOfMethod(publicUrl, method),
  };
}
