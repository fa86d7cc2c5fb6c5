// Connections with Microsoft Entra that hand messages over ("external phone provider").
import {
  type Connection,
  type MessageKey,
  MICROSOFT_CALLER,
} from '../../../src/entra/messages/connections.ts';
import { ServiceError } from '../../../src/errors.ts';
import { type Answer, type Command, table, UsageError, wholeIn } from '../command.ts';
import { existing } from '../tenant-commands.ts';
import type { Tools } from '../tools.ts';
import { endpointOf, stepsFor } from './steps.ts';

type Options = Readonly<Record<string, string>>;
type Action = (tools: Tools, id: string, options: Options) => Promise<Answer>;

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

function guid(option: string, value: string): string {
  if (GUID.test(value)) return value.toLowerCase();
  throw new UsageError(`--${option}: This must be a GUID, as the Entra admin center shows it.`);
}

function required(options: Options, name: string): string {
  const value = options[name];
  if (value !== undefined) return value;
  throw new UsageError(`--${name} is required here.`);
}

function uriOf(value: string): string {
  if (/^api:\/\/[\w.~/-]{1,200}$/.test(value)) return value;
  throw new UsageError('--uri: This must be an Application ID URI, api://HOST/CLIENT_ID.');
}

function onOff(option: string, value: string): boolean {
  if (value === 'on' || value === 'off') return value === 'on';
  throw new UsageError(`--${option}: This must be on or off.`);
}

function nameOf(value: string): string {
  if (/^[^\p{Cc}\p{Cs}]{1,80}$/u.test(value.trim())) return value.trim();
  throw new UsageError('--name says which connection it is: 1-80 characters.');
}

/** What was given of what may be changed. */
function rulesIn({ name, directory, app, uri, caller, role, ask, times }: Options) {
  const audiences =
    app === undefined ? undefined : [guid('app', app), ...(uri === undefined ? [] : [uriOf(uri)])];
  if (uri !== undefined && app === undefined)
    throw new UsageError('--uri comes with --app: both together are the audiences.');
  return {
    ...(name === undefined ? {} : { name: nameOf(name) }),
    ...(directory === undefined ? {} : { directoryId: guid('directory', directory) }),
    ...(audiences === undefined ? {} : { audiences }),
    ...(caller === undefined ? {} : { callerAppId: guid('caller', caller) }),
    ...(role === undefined ? {} : { requiresRole: onOff('role', role) }),
    ...(ask === undefined ? {} : { asksFirst: onOff('ask', ask) }),
    ...(times === undefined ? {} : { times: wholeIn('times', times, 1, 3) }),
  };
}

const create: Action = async (tools, _id, options) => {
  const tenantId = required(options, 'tenant');
  await existing(tools.tenants, tenantId);
  const directoryId = guid('directory', required(options, 'directory'));
  const defaults = {
    name: `Entra of ${tenantId}`,
    callerAppId: MICROSOFT_CALLER,
    requiresRole: true,
    asksFirst: true,
    times: 2,
  };
  const audiences = [guid('app', required(options, 'app'))];
  const { connection, key } = await tools.entraConnections.create({
    ...{ tenantId, ...defaults, directoryId, audiences },
    ...rulesIn(options),
  });
  const text = `${describe(connection, tools)}\n\n${describeKey(key)}\n${key.certificate}\nNext: entra-epp doctor ${connection.id}`;
  return { text, data: { ...connection, key } };
};

const list: Action = async ({ entraConnections }, _id, { tenant }) => {
  const all = await entraConnections.list(tenant);
  const rows = all.map(({ id, tenantId, directoryId, name }) => [id, tenantId, directoryId, name]);
  return { text: all.length === 0 ? 'There are no connections.' : table(rows), data: all };
};

const show: Action = async (tools, id) => {
  const { connection, keys } = await readAll(tools, id);
  const text = [describe(connection, tools), ...keys.map(describeKey)].join('\n');
  return { text, data: { ...connection, keys } };
};

const change: Action = async (tools, id, options) => {
  const connection = await tools.entraConnections.change(id, rulesIn(options));
  return { text: describe(connection, tools), data: connection };
};

const addKey: Action = async ({ entraConnections }, id) => {
  const key = await entraConnections.addKey(id);
  return { text: `${describeKey(key)}\n${key.certificate}`, data: key };
};

const retireKey: Action = async ({ entraConnections }, id, options) => {
  const keyId = guid('key', required(options, 'key'));
  if (await entraConnections.retireKey(id, keyId))
    return { text: 'The key is retired.', data: { id, keyId } };
  throw new UsageError('The connection has no other key, or none of this id: entra-epp show ID lists them.');
};

const exportKey: Action = async (tools, id, options) => {
  const { keys } = await readAll(tools, id);
  const wanted = options.key === undefined ? keys[0]?.keyId : guid('key', options.key);
  const key = keys.find(({ keyId }) => keyId === wanted);
  if (!key) throw new UsageError('The connection has no key of this id: entra-epp show ID lists them.');
  return { text: key.certificate.trimEnd(), data: key };
};

const remove: Action = async ({ entraConnections }, id) => {
  await entraConnections.remove(id);
  return { text: 'The connection is removed; its messages are refused.', data: { id, removed: true } };
};

const doctor: Action = async (tools, id, options) => {
  const { connection, keys } = await readAll(tools, id);
  const percent = options.percent === undefined ? null : wholeIn('percent', options.percent, 0, 100);
  const { examine } = await import('./doctor.ts');
  const findings = await examine({
    ...{ connection, keys, connections: tools.entraConnections, sealKeys: tools.sealKeys() },
    ...{ publicUrl: tools.publicUrl, metadata: tools.entra.metadata.global ?? null, now: tools.clock.now() },
  });
  const [key] = keys;
  const rollout = { percent: percent ?? 1, isEvaluation: percent === null };
  const steps = key && stepsFor(connection, key, tools.publicUrl ?? 'https://PUBLIC_URL', rollout);
  const found = table(
    findings.map(({ name, status, says }) => [status === 'ok' ? 'ok' : 'FAILED', name, says]),
  );
  const isAlarming = findings.some(({ status }) => status === 'failed');
  return { text: [found, steps].join('\n\n'), data: { findings, steps }, isAlarming };
};

const ACTIONS: Record<string, Action> = {
  ...{ create, list, show, change, doctor, remove },
  ...{ 'add-key': addKey, 'retire-key': retireKey, 'export-key': exportKey },
};

const entraEpp: Command<Tools> = {
  usage:
    'entra-epp ACTION [ID] [--tenant TENANT] [--directory GUID] [--app GUID] [--uri URI] [--name NAME] [--caller GUID] [--role ON] [--ask ON] [--times N] [--key GUID] [--percent N]',
  what: `connections through which Microsoft Entra hands messages with codes over; ACTION is ${Object.keys(ACTIONS).join(', ')}; create needs --tenant, --directory and --app; --role off takes tokens without the role Epp.Invoke, --ask off speaks without asking for #; doctor looks whether a connection works and prints what to do in Entra, with --percent what switches it on`,
  async run(tools, [action = '', id = ''], options) {
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (!act) throw new UsageError(`ACTION must be one of ${Object.keys(ACTIONS).join(', ')}.`);
    if (id === '' && action !== 'create' && action !== 'list')
      throw new UsageError(
        `Which connection? Expected: entra-epp ${action} ID. entra-epp list lists the ids.`,
      );
    return act(tools, id, options);
  },
};

async function readAll({ entraConnections }: Tools, id: string) {
  const connection = await entraConnections.read(id).catch((error: unknown) => {
    throw error instanceof ServiceError
      ? new UsageError('There is no connection of this id: entra-epp list lists the ids.')
      : error;
  });
  return { connection, keys: await entraConnections.keysOf(id) };
}

function describe(connection: Connection, { publicUrl }: Pick<Tools, 'publicUrl'>): string {
  const { id, tenantId, name, directoryId, audiences, callerAppId, requiresRole, asksFirst, times } =
    connection;
  return table([
    ['connection', id],
    ['name', name],
    ['tenant', tenantId],
    ['directory', directoryId],
    ['audiences', audiences.join(' ')],
    ['caller', `${callerAppId}${requiresRole ? ', with the role Epp.Invoke' : ''}`],
    [
      'calls',
      `${asksFirst ? 'ask for #, then ' : ''}speak the message ${times === 1 ? 'once' : `${times} times`}`,
    ],
    ['address', endpointOf(publicUrl ?? 'https://PUBLIC_URL', connection)],
  ]);
}

function describeKey({ keyId, expiresAt, lastUsedAt }: MessageKey): string {
  return `key ${keyId}, until ${expiresAt.toISOString()}, last used: ${lastUsedAt?.toISOString() ?? 'never'}`;
}

/** Commands about messages from Entra. */
export const ENTRA_EPP_COMMANDS = [entraEpp];
