/** The kinds of numbers that libphonenumber tells apart. */
export const NUMBER_TYPES = [
  'FIXED_LINE',
  'MOBILE',
  'FIXED_LINE_OR_MOBILE',
  'VOIP',
  'UAN',
  'TOLL_FREE',
  'SHARED_COST',
  'PREMIUM_RATE',
  'PERSONAL_NUMBER',
  'PAGER',
  'VOICEMAIL',
] as const;

/** A kind of number. */
export type NumberType = (typeof NUMBER_TYPES)[number];
