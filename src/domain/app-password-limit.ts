/** How many app passwords a user may have that are not revoked (Microsoft Entra, app passwords: 40 for each user). */
export const MOST_APP_PASSWORDS = 40;
