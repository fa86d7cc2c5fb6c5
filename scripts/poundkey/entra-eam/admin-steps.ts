// What an administrator does at Entra for one method, with every value filled in.
import { addressesOf, type EntraMethod } from '../../../src/entra/external-method/methods.ts';

/** Where an administrator works, by cloud. */
const CENTRES: Record<EntraMethod['cloud'], string> = {
  global: 'https://entra.microsoft.com',
  usGovernment: 'https://entra.microsoft.us',
  china: 'https://entra.microsoftonline.cn',
};

const DIRECTORY = `
   Microsoft Graph, application: User.Read.All, and grant admin consent for it. Certificates & secrets: the credential that
   you have entered here.`;

/** Where the numbers of people come from. */
const NUMBERS: Record<EntraMethod['firstTime'], string> = {
  preregistered:
    'Enter the numbers of these people here: import-phone-methods with the columns directoryId, objectId and number.',
  directory:
    'See to it that these people have a business phone in the directory. It is called the first time, and registered.',
  self: 'Give each person an enrolment code (entra-eam enrol TENANT USER): they enter their phone with it the first time.',
};

/**
 * The steps.
 * @param publicUrl where people and Entra reach the service
 */
export function adminSteps(publicUrl: string, method: EntraMethod): string {
  const { authorizationUrl, discoveryUrl } = addressesOf(publicUrl, method);
  const { displayName, clientId, applicationId, cloud, directoryIds } = method;
  return `At ${CENTRES[cloud]}, in the directory ${directoryIds.join(' or ')}:

1. App registrations > the application ${applicationId} > Authentication > Add a platform > Web.
   Redirect URI:        ${authorizationUrl}
   API permissions: Microsoft Graph, delegated: openid, profile. Expose no API.${method.firstTime === 'directory' ? DIRECTORY : ''}
2. Authentication methods > Policies > Add external method. Needs the role Privileged Role Administrator for consent.
   Name:                ${displayName}    (people see it; it cannot be changed later)
   Client ID:           ${clientId}
   Discovery endpoint:  ${discoveryUrl}
   App ID:              ${applicationId}
   Request permission, then grant consent. Without it the method cannot be enabled (AADSTS900491).
3. Include a group of a few people first, and enable the method.
4. Conditional Access: a policy for this group with the grant "Require multifactor authentication". Authentication
   strengths, also the built-in one for MFA, are not satisfied by external methods.
5. ${NUMBERS[method.firstTime]}
6. Let one of them sign in, choose "${displayName}", and press # on the desk phone. Each person registers the method once,
   at the first sign-in or at Security info > Add sign-in method.

Entra keeps what it reads of a method for a day: after a change of address wait that long, or add the method anew.
To go back, disable the method in step 2; nothing else has to be changed. docs/entra-method.md says more.`;
}
