/** The names of app passwords that a verification issues, by the phone; pages show them in their language. */
export const APP_PASSWORD_NAMES = { office: 'Office phone', mobile: 'Mobile phone' } as const;
