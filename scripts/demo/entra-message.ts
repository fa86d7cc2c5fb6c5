// Microsoft Entra hands a message with a code over, and the desk phone speaks it.
import { setTimeout as wait } from 'node:timers/promises';
import {
  APP_ID,
  AUDIENCES,
  CALLER,
  contextFor,
  DIRECTORY,
  encrypted,
  envelope,
  openDirectory,
} from '../../test/support/entra-caller.ts';
import type { Demo, Scenario } from './demo.ts';
import { until } from './texts.ts';

const DESK_PHONE = '+46812345678';
const MESSAGE = { message: 'Use 482913 to sign in to Contoso.', locale: 'en-GB' };

type Directory = Awaited<ReturnType<typeof openDirectory>>;
let directory: Directory;
/** The time that the demo runs by, once it runs. */
let now = () => new Date();

async function connect({ service, call, say }: Demo) {
  const { body } = await call('GET', '/v1/key');
  const tenantId = String((body as { tenantId?: unknown }).tenantId);
  const rules = { callerAppId: CALLER, requiresRole: true, asksFirst: true, times: 2 };
  const wanted = { tenantId, name: 'Contoso', directoryId: DIRECTORY, audiences: AUDIENCES };
  const made = await service.entraMessages.connections.create({ ...wanted, ...rules });
  say(`connected the directory ${DIRECTORY}, the application ${APP_ID}`);
  say(`key       ${made.key.keyId}, a certificate that Entra encrypts messages for`);
  return made;
}

type Made = Awaited<ReturnType<typeof connect>>;

/** Posts as Entra does. @returns the status and what was answered */
async function hand({ service }: Demo, { connection }: Made, body: object) {
  const authorization = `Bearer ${await directory.bearer()}`;
  const answer = await fetch(`${service.url}/entra/epp/${connection.id}/SendOtp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function play(demo: Demo): Promise<void> {
  const { service, say, person } = demo;
  now = () => new Date(service.simulator?.time.now() ?? Date.now());
  person('press-pound');
  const made = await connect(demo);
  const body = envelope(await encrypted(contextFor(DESK_PHONE, MESSAGE), made.key));
  say('Entra     POST /entra/epp/…/SendOtp: mode evaluation');
  expectTaken(demo, await hand(demo, made, { ...body, mode: 'evaluation' }));
  await wait(300);
  if (calls(demo) > 0) throw new Error('An evaluation called somebody.');
  say('Entra     POST /entra/epp/…/SendOtp: channel voice, mode live, the message encrypted');
  const finished = new Promise<string>((resolve) => {
    const stop = service.events.listen((name, { outcome = '' }) => {
      if (name !== 'message.finished') return;
      stop();
      resolve(outcome);
    });
  });
  expectTaken(demo, await hand(demo, made, body));
  say('Entra     sends the same once more');
  expectTaken(demo, await hand(demo, made, body));
  await until('the call is over', async () => service.simulator?.calls().at(-1)?.endedAt != null);
  const outcome = await finished;
  if (outcome !== 'approved' || calls(demo) !== 1)
    throw new Error(`It ended as ${outcome}, with ${calls(demo)} calls.`);
  say('outcome   the person heard the message; one call for two requests, and the text is erased');
}

const calls = ({ service }: Demo) => service.simulator?.calls().length ?? 0;

function expectTaken({ say }: Demo, { status, body }: Awaited<ReturnType<typeof hand>>): void {
  if (status !== 200) throw new Error(`It was answered ${status}: ${JSON.stringify(body)}`);
  say(`answered  200 ${body.providerStatus}, with the nonce`);
}

/** The scenario by name. */
export const ENTRA_MESSAGE: Record<string, Scenario> = {
  'entra-message': {
    what: 'Microsoft Entra hands a message with a code over; the desk phone speaks it once # was pressed',
    async settings() {
      directory = await openDirectory(() => now());
      return { ENTRA_METADATA_GLOBAL: directory.url };
    },
    async play(demo) {
      try {
        await play(demo);
      } finally {
        await directory.close();
      }
    },
  },
};
