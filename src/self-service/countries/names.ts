/** What countries and regions are called, besides their name in the language of the page. */

/** Languages of countries that have several, besides the likeliest one that Unicode knows. */
const FURTHER_LANGUAGES: Partial<Record<string, string>> = {
  AF: 'ps',
  AX: 'sv',
  BA: 'hr sr',
  BE: 'fr de',
  BO: 'qu',
  BY: 'ru',
  CA: 'fr',
  CH: 'fr it rm',
  CM: 'fr',
  CY: 'tr',
  DZ: 'fr',
  ES: 'ca eu gl',
  FI: 'sv',
  FO: 'da',
  GB: 'cy gd',
  GL: 'da',
  HK: 'en',
  HT: 'fr',
  IE: 'ga',
  IL: 'ar',
  IQ: 'ku',
  KE: 'sw',
  KZ: 'ru',
  LK: 'ta',
  LU: 'de lb',
  MA: 'fr',
  MG: 'fr',
  MO: 'pt',
  MT: 'mt',
  NL: 'fy',
  NO: 'nn se',
  NZ: 'mi',
  PE: 'qu',
  PH: 'fil',
  PK: 'ur',
  PY: 'gn',
  RW: 'fr',
  SG: 'ms ta zh',
  SJ: 'nn',
  TN: 'fr',
  UA: 'ru',
  ZA: 'af zu xh',
};

/** Former and short names, parts that people take for the whole, and abbreviations. */
const SYNONYMS: Partial<Record<string, string>> = {
  AE: 'UAE, Emirates, Dubai, Abu Dhabi, VAE, EAU',
  AX: 'Aland',
  BA: 'Bosnia, Bosnien',
  BQ: 'Bonaire, Sint Eustatius, Saba',
  BY: 'Belorussia, White Russia, Vitryssland',
  CD: 'DRC, Zaire, Congo-Kinshasa',
  CG: 'Congo-Brazzaville',
  CH: 'Swiss, Suisse, Svizzera, Schweiz, Helvetia',
  CI: 'Ivory Coast, Elfenbenskusten, Elfenbeinküste',
  CN: 'PRC, Mainland China',
  CV: 'Cape Verde',
  CZ: 'Czech Republic, Bohemia, Tschechische Republik, République tchèque, Tjeckiska republiken',
  DE: 'FRG, BRD',
  ES: 'Canary Islands, Canarias, Balearic Islands, Mallorca',
  FK: 'Malvinas',
  FM: 'FSM',
  FR: 'Corsica, Corse',
  GB: 'UK, U.K., Great Britain, Britain, England, Scotland, Wales, Northern Ireland, Grande-Bretagne, Angleterre, Großbritannien, Gran Bretaña, Inglaterra, Gran Bretagna, Inghilterra, Grã-Bretanha, Engeland, Groot-Brittannië, Wielka Brytania, Anglia, Englanti, Iso-Britannia, Skottland, Schottland, Écosse, Escocia, Nordirland, 英国',
  GR: 'Hellas',
  GS: 'South Georgia',
  HK: 'Hongkong',
  IE: 'Eire, Republic of Ireland',
  IO: 'Diego Garcia, Chagos',
  IR: 'Persia',
  KH: 'Kampuchea',
  KN: 'Nevis',
  KP: 'North Korea, DPRK',
  KR: 'South Korea, Korea, ROK',
  KZ: 'Kazakstan',
  LA: 'Laos',
  LK: 'Ceylon',
  MF: 'St Martin',
  MK: 'Macedonia, FYROM',
  MM: 'Burma',
  NL: 'Holland, The Netherlands, Hollande, Holanda, Olanda, Hollanti, Holandia, Low Countries',
  NZ: 'Aotearoa',
  PF: 'Tahiti',
  PS: 'Palestine, West Bank, Gaza',
  PT: 'Azores, Madeira',
  RE: 'Reunion',
  RU: 'Russian Federation',
  SH: 'St Helena',
  SJ: 'Spitsbergen, Spetsbergen',
  SY: 'Syria',
  SZ: 'Swaziland',
  TL: 'East Timor',
  TR: 'Turkey, Turkiye',
  TW: 'Formosa, ROC',
  TZ: 'Zanzibar',
  US: 'USA, U.S., America, United States of America, Amerika, Amérique, Estados Unidos de América, EE.UU., EEUU, EUA, États-Unis d’Amérique, Vereinigte Staaten von Amerika, Förenta staterna, Hawaii, Alaska, VS, アメリカ',
  VA: 'Vatican, Holy See',
  VG: 'British Virgin Islands, BVI',
  VI: 'US Virgin Islands, USVI',
  VN: 'Viet Nam',
  XK: 'Kosova',
};

/** Areas that tell apart who shares a calling code, where Unicode's and libphonenumber's data do not say them plainly. */
const AREAS: Partial<Record<string, string>> = {
  DO: '809|829|849',
  GG: '1481|7781',
  IM: '1624|7624',
  JE: '1534|7797',
};

/** Every name of a country or region but that in the language of the page: in English, in its own languages, and others. */
export function otherNames(code: string): string[] {
  const likeliest = new Intl.Locale(`und-${code}`).maximize().language;
  const languages = ['en', likeliest, ...(FURTHER_LANGUAGES[code]?.split(' ') ?? [])];
  const names = languages.flatMap((language) => nameIn(language, code) ?? []);
  const short = nameIn('en', code, 'short') ?? [];
  return [...new Set([...names, ...names.flatMap(withSaint), ...[short].flat(), ...synonyms(code)])];
}

/** The name in a language; null: it has none there. */
export function nameIn(language: string, code: string, style: 'long' | 'short' = 'long'): string | null {
  return new Intl.DisplayNames(language, { type: 'region', style, fallback: 'none' }).of(code) ?? null;
}

/** What follows the calling code in every number of a country that shares it, such as 242 for the Bahamas. */
export function areasOf(code: string, leadingDigits: string | undefined): string[] {
  const areas = AREAS[code] ?? leadingDigits ?? '';
  return /^\d[\d|]*$/.test(areas) ? areas.split('|') : [];
}

const synonyms = (code: string): string[] => SYNONYMS[code]?.split(', ') ?? [];

const withSaint = (name: string): string[] => (name.startsWith('St. ') ? [`Saint ${name.slice(4)}`] : []);
