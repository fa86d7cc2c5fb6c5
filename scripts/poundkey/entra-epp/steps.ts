// What an administrator of Entra does for a connection, with every value filled in.
import type { Connection, MessageKey } from '../../../src/entra/messages/connections.ts';

/** The id that the role has in the application; it may be any GUID. */
const ROLE_ID = 'ddf32018-9212-41c7-b73c-f5dfe73a2f24';
const GRAPH = 'https://graph.microsoft.com/v1.0';
const POLICY = `${GRAPH}/policies/authenticationMethodsPolicy/authenticationMethodConfigurations`;

/** How the policy is switched on. */
export interface Rollout {
  /** How many percent of the sign-ins go to Poundkey. */
  percent: number;
  /** Whether they are only shown to work, while people are served as before. */
  isEvaluation: boolean;
}

/** The address that Entra is given. */
export const endpointOf = (publicUrl: string, { id }: Pick<Connection, 'id'>) =>
  `${publicUrl}/entra/epp/${id}/SendOtp`;

/** The steps as text. @param key the certificate to publish */
export function stepsFor(
  connection: Connection,
  key: MessageKey,
  publicUrl: string,
  rollout: Rollout,
): string {
  const { audiences, callerAppId, directoryId } = connection;
  const appId = audiences.find((audience) => !audience.startsWith('api://')) ?? 'CLIENT_ID';
  const uri = audiences.find((audience) => audience.startsWith('api://'));
  const patch = (channel: 'Sms' | 'Voice') =>
    patchOf(channel, endpointOf(publicUrl, connection), appId, rollout);
  return [
    `Directory ${directoryId}, application ${appId}. Somebody with the roles Application Administrator and Authentication`,
    'Policy Administrator does this in the Entra admin center, or with Microsoft Graph:',
    '',
    '1. App registrations: open the application, or register one (single tenant, no redirect address) and set its client id here:',
    `     npm run poundkey -- entra-epp change ${connection.id} --app CLIENT_ID --uri api://HOST/CLIENT_ID`,
    `2. Expose an API: set the Application ID URI ${uri ?? '(api://HOST/CLIENT_ID)'}. Leave token encryption off.`,
    `3. App roles: add the role Epp.Invoke for applications (id ${ROLE_ID}), switch "Assignment required" on in the`,
    `   enterprise application, and assign the role to Microsoft's application ${callerAppId}.`,
    '4. Publish the certificate below as a key credential of the application with this key id; Entra encrypts messages for it:',
    '',
    `PATCH ${GRAPH}/applications(appId='${appId}')`,
    JSON.stringify({ keyCredentials: [credentialOf(key)] }),
    '',
    '   A PATCH replaces all credentials: add those that are there and still needed to the list.',
    `5. Switch it on, for texts and for calls, ${rollout.isEvaluation ? 'in evaluation mode first: people are served as before' : `for ${rollout.percent} % of the sign-ins`}:`,
    '',
    ...patch('Sms'),
    '',
    ...patch('Voice'),
    '',
    'Look at poundkey_entra_message_duration_seconds, then raise migrationPercentage step by step. To go back, set it to 0.',
  ].join('\n');
}

function credentialOf({ keyId, certificate, createdAt, expiresAt }: MessageKey) {
  return {
    type: 'AsymmetricX509Cert',
    usage: 'Encrypt',
    displayName: 'CN=ExternalPhoneProvider',
    keyId,
    startDateTime: createdAt.toISOString(),
    endDateTime: expiresAt.toISOString(),
    key: certificate.replaceAll(/-----[A-Z ]+-----|\s/g, ''),
  };
}

function patchOf(
  channel: 'Sms' | 'Voice',
  url: string,
  appId: string,
  { percent, isEvaluation }: Rollout,
): string[] {
  const type = `#microsoft.graph.${channel.toLowerCase()}AuthenticationMethodConfiguration`;
  const telecomProviderSettings = {
    ...{ url, appId },
    ...{ isEvaluationModeEnabled: isEvaluation, migrationPercentage: percent },
  };
  return [`PATCH ${POLICY}/${channel}`, JSON.stringify({ '@odata.type': type, telecomProviderSettings })];
}
