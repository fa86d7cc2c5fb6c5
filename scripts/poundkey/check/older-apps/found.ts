/** Something in the configuration of a server that must be mended. */
export interface Found {
  /** Which server, and where in its configuration. */
  where: string;
  /** What was found; never a secret. */
  says: string;
  /** What is right, as it is written there. */
  right: string;
  /** What happens otherwise. */
  why: string;
}

/** A length of time as nginx writes it (nginx.org, "Configuration file measurement units"), s; null: it is none. */
export function secondsOf(text: string | undefined): number | null {
  const parts = [...(text ?? '').matchAll(/(\d+)(ms|[smhdwMy]?)/g)];
  if (parts.length === 0) return null;
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 1), 0);
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 },
  ...{ w: 7 * 86_400, M: 30 * 86_400, y: 365 * 86_400 },
};
