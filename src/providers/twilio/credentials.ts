/** What an account has to ask with. */
interface Keys {
  accountSid: string;
  authToken: string;
  apiKey: { sid: string; secret: string } | null;
}

/** The API key, or the account's own token where there is none. */
export function credentialsOf({ apiKey, accountSid, authToken }: Keys): { sid: string; secret: string } {
  return apiKey ?? { sid: accountSid, secret: authToken };
}

/** The value of `Authorization` for HTTP Basic. */
export function basic(username: string | undefined, password: string | undefined): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
