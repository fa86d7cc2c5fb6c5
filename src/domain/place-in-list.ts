import { z } from 'zod';

/** A place in a list that is ordered by time, and by id where times are the same. */
export interface PlaceInList {
  at: Date;
  id: string;
}

/** A place, as `next` in an answer names it: ms since 1970, and an id. */
export const PlaceName = z
  .string()
  .regex(
    /^\d{1,13}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    'This must be `next` from the answer before, unchanged.',
  )
  .transform((name): PlaceInList => {
    const [time, id = ''] = name.split('_');
    return { at: new Date(Number(time)), id };
  });

/** The opposite of `PlaceName`; null: there is no more. */
export function nameOfPlace(place: PlaceInList | null): string | null {
  return place && `${place.at.getTime()}_${place.id}`;
}

/** Of the years that a database and a `Date` write alike; ms. */
const END_OF_TIME = Date.UTC(9999, 11, 31);

/** A time in a query. */
export const TimeInQuery = z.iso
  .datetime({ offset: true, error: 'This must be a time of ISO 8601, such as 2026-11-21T09:00:00Z.' })
  .transform((time) => new Date(Math.min(Math.max(Date.parse(time), 0), END_OF_TIME)));
