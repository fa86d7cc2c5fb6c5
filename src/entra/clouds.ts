/** Microsoft's clouds, and what of each is fixed: it is compared, and no setting changes it. */

/** Names of clouds. Entra's voice and text providers exist in `global` only. */
export const CLOUD_NAMES = ['global', 'usGovernment', 'china'] as const;

/** One of them. */
export type Cloud = (typeof CLOUD_NAMES)[number];

interface CloudAddresses {
  /** Of issuers of v2.0 tokens: `<login>/<directory>/v2.0`. By default metadata and keys are fetched below it, too. */
  login: string;
  /** Of issuers of v1.0 tokens: `<tokens>/<directory>/`. */
  tokens: string;
  /** Microsoft Graph. */
  graph: string;
}

/** https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
export const CLOUDS: Record<Cloud, CloudAddresses> = {
  global: {
    login: 'https://login.microsoftonline.com',
    tokens: 'https://sts.windows.net',
    graph: 'https://graph.microsoft.com',
  },
  usGovernment: {
    login: 'https://login.microsoftonline.us',
    tokens: 'https://sts.windows.net',
    graph: 'https://graph.microsoft.us',
  },
  china: {
    login: 'https://login.partner.microsoftonline.cn',
    tokens: 'https://sts.chinacloudapi.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
  },
};

/** Where an external method's answer is posted to. @returns the one address of the cloud, compared exactly */
export function redirectUriOf(cloud: Cloud): string {
  return `${CLOUDS[cloud].login}/common/federation/externalauthprovider`;
}

/** The issuers of a directory's tokens, by the version of the token. */
export function issuersOf(cloud: Cloud, directoryId: string): { v1: string; v2: string } {
  const { login, tokens } = CLOUDS[cloud];
  return { v1: `${tokens}/${directoryId}/`, v2: `${login}/${directoryId}/v2.0` };
}

/** Where something of each cloud is reached: at Microsoft's own address, unless the settings name another one. */
export function placesOf(
  of: 'login' | 'graph',
  settings: Partial<Record<Cloud, string | null>> = {},
): Record<Cloud, string> {
  const places = CLOUD_NAMES.map((cloud) => [cloud, settings[cloud] ?? CLOUDS[cloud][of]]);
  return Object.fromEntries(places) as Record<Cloud, string>;
}
