/** The types of phone methods: one of each for a user (Microsoft Graph, phoneAuthenticationMethod). */
export const PHONE_TYPES = ['office', 'mobile', 'alternateMobile'] as const;

/** The type of a phone method. */
export type PhoneType = (typeof PHONE_TYPES)[number];
