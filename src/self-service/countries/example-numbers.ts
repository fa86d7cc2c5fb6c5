import {
  type CountryCode,
  getCountryCallingCode,
  getExampleNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';

/**
 * Numbers that show what the numbers of a country look like. Where regulators keep numbers for films and books, which ring
 * nowhere, those are taken: PTS (Sweden), Ofcom (United Kingdom), Bundesnetzagentur (Germany), ARCEP (France), ACMA
 * (Australia), NANPA (555-0100 to 555-0199 in each area of North America). The others are the examples of Google's libphonenumber
 * (Apache License 2.0), which its JavaScript edition has for mobiles only.
 */

/** The country and the number behind its calling code, of a fixed line. */
const FIXED = `
  AC62889 AD712345 AE22345678 AF234567890 AG2684601234 AI2644612345 AL22345678 AM10123456 AO222123456
  AR1123456789 AS6846221234 AT1234567890 AU212345678 AW5212345 AX181234567 AZ123123456 BA30212345
  BB2464123456 BD27111234 BE12345678 BF20491234 BG2123456 BH17001234 BI22201234 BJ0120211234 BL590271234
  BM4414123456 BN2345678 BO22123456 BQ7151234 BR1123456789 BS2423456789 BT2345678 BW2401234 BY152450911
  BZ2221234 CA5062345678 CC891621234 CD1234567 CF21612345 CG222123456 CH212345678 CI2123456789 CK21234
  CL600123456 CM222123456 CN1012345678 CO6012345678 CR22123456 CU71234567 CV2211234 CW94351234 CX891641234
  CY22345678 CZ212345678 DE30123456 DJ21360003 DK32123456 DM7674201234 DO8092345678 DZ12345678 EC22123456
  EE3212345 EG234567890 EH528812345 ER8370362 ES810123456 ET111112345 FI131234567 FJ3212345 FK31234
  FM3201234 FO201234 FR123456789 GA01441234 GB1212345678 GD4732691234 GE322123456 GF594101234 GG1481256789
  GH302345678 GI20012345 GL321000 GM5661234 GN30241234 GP590201234 GQ333091234 GR2123456789 GT22456789
  GU6713001234 GW443201234 GY2201234 HK21234567 HN22123456 HR12345678 HT22453300 HU12345678 ID218350123
  IE2212345 IL21234567 IM1624756789 IN7410410123 IO3709100 IQ12345678 IR2123456789 IS4101234 IT0212345678
  JE1534456789 JM8765230123 JO62001234 JP312345678 KE202012345 KG312123456 KH23756789 KI31234 KM7712345
  KN8692361234 KP21234567 KR22123456 KW22345678 KY3452221234 KZ7123456789 LA21212862 LB1123456
  LC7584305678 LI2345678 LK112345678 LR21234567 LS22123456 LT31234567 LU27123456 LV63123456 LY212345678
  MA520123456 MC99123456 MD22212345 ME30234567 MF590271234 MG202123456 MH2471234 MK22012345 ML20212345
  MM1234567 MN53123456 MO28212345 MP6702345678 MQ596301234 MR35123456 MS6644912345 MT21001234 MU54480123
  MV6701234 MW1234567 MX2001234567 MY323856789 MZ21123456 NA61221234 NC201234 NE20201234 NF106609
  NG2033123456 NI21234567 NL101234567 NO21234567 NP14567890 NR4441234 NU7012 NZ32345678 OM23123456
  PA2001234 PE11234567 PF40412345 PG3123456 PH232345678 PK2123456789 PL123456789 PM430123 PR7872345678
  PS22234567 PT212345678 PW2771234 PY212345678 QA44123456 RE262161234 RO211234567 RS10234567 RU3011234567
  RW250123456 SA112345678 SB40123 SC4217123 SD153123456 SE8123456 SG61234567 SH22158 SI12345678 SJ79123456
  SK221234567 SL22221234 SM0549886377 SN301012345 SO4012345 SR211234 SS181234567 ST2221234 SV21234567
  SX7215425678 SY112345678 SZ22171234 TA8999 TC6497121234 TD22501234 TG22212345 TH21234567 TJ372123456
  TK3101 TL2112345 TM12345678 TN30010123 TO20123 TR2123456789 TT8682211234 TV20123 TW221234567 TZ222345678
  UA311234567 UG312345678 US2015550123 UY21231234 UZ669050123 VA0669812345 VC7842661234 VE2121234567
  VG2842291234 VI3406421234 VN2101234567 VU22123 WF721234 WS22123 XK28012345 YE1234567 YT269601234
  ZA101234567 ZM211234567 ZW242123456
`;

/** By country: numbers of areas, the digits of the area before the dash, and the town's own name where it is one. */
const RESERVED: Partial<Record<CountryCode, string>> = {
  AU: '2-55500122 Sydney, 3-55500122 Melbourne, 7-55500122 Brisbane, 8-55500122 Perth',
  DE: '30-23125022 Berlin, 69-90009022 Frankfurt, 40-66969022 Hamburg, 221-4710022 Köln, 89-99998022 München',
  FR: '1-99001422 Paris, 2-61911422, 3-53011422, 4-65711422, 5-36491422',
  GB: '20-79460022 London, 113-4960022 Leeds, 114-4960022 Sheffield, 116-4960022 Leicester, 117-4960022 Bristol, 118-4960022 Reading, 121-4960022 Birmingham, 131-4960022 Edinburgh, 141-4960022 Glasgow, 151-4960022 Liverpool, 161-4960022 Manchester, 191-4980022 Newcastle, 29-20180022 Cardiff, 28-96496022 Belfast',
  SE: '8-46500422 Stockholm, 31-3900622 Göteborg, 40-6280422 Malmö, 980-319222 Kiruna',
};

/** Mobiles likewise. libphonenumber takes some for numbers that do not exist. */
const RESERVED_MOBILES: Partial<Record<CountryCode, string>> = {
  AU: '491570006',
  FR: '639980122',
  GB: '7700900122',
  SE: '701740622',
};

/** A number for everybody to see. */
export interface ExampleNumber {
  /** As it is dialed within its country, grouped: `08-465 004 22`. */
  number: string;
  /** The name that the town of the number gives itself; null: none is known, or the number belongs to no town. */
  area: string | null;
}

/**
 * What a number in a country looks like; of the same area where one is known.
 * @param national what is known of the number, without calling code and the 0 in front
 */
export function exampleNumber(
  country: CountryCode,
  phoneType: 'office' | 'mobile',
  national: string,
): ExampleNumber {
  if (phoneType === 'mobile') return { number: shown(country, mobileOf(country)), area: null };
  const ofArea = areasIn(country).find(({ prefix }) => national.startsWith(prefix));
  if (ofArea) return { number: shown(country, ofArea.digits), area: ofArea.area };
  const american =
    northAmerican(country, national.slice(0, 3)) ??
    northAmerican(country, FIXED_BY_COUNTRY[country]?.slice(0, 3));
  const [first] = areasIn(country);
  return { number: shown(country, american ?? first?.digits ?? FIXED_BY_COUNTRY[country] ?? ''), area: null };
}

const FIXED_BY_COUNTRY: Partial<Record<string, string>> = Object.fromEntries(
  FIXED.trim()
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 2), entry.slice(2)]),
);

function areasIn(country: CountryCode) {
  const entries = RESERVED[country]?.split(', ') ?? [];
  return entries.map((entry) => {
    const [number = '', area = null] = entry.split(' ');
    const [prefix = ''] = number.split('-');
    return { prefix, digits: number.replace('-', ''), area };
  });
}

function mobileOf(country: CountryCode): string {
  return RESERVED_MOBILES[country] ?? getExampleNumber(country, examples)?.nationalNumber ?? '';
}

/** In every area of North America the same numbers ring nowhere. */
function northAmerican(country: CountryCode, area = ''): string | undefined {
  const digits = `${area}5550122`;
  if (getCountryCallingCode(country) !== '1' || area.length < 3) return undefined;
  const number = parse(country, digits);
  const isFixed = /^FIXED_LINE/.test(number?.getType() ?? '');
  return number?.country === country && isFixed ? digits : undefined;
}

const parse = (country: CountryCode, digits: string) =>
  parsePhoneNumberFromString(`+${getCountryCallingCode(country)}${digits}`, { extract: false });

const shown = (country: CountryCode, digits: string): string =>
  parse(country, digits)?.formatNational() ?? digits;
