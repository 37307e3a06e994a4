import type { EventPlace } from '../../ports/event-log.ts'

const pattern = /^(\d{1,19})-([1-9]\d{0,14})(\d{4})$/

/**
 * Returns the id of an event, `{xid}-{n}` (http-api.md §12.3): n is the number of its row and the four digits that tell it
 * from an event of another history of the database. `null` for the place before all events.
 */
export const formatEventId = ({ xid, id, check }: EventPlace): string | null =>
  id === 0 ? null : `${xid}-${id}${String(check).padStart(4, '0')}`

/** Returns the place that an id names; `null` if the text is none. */
export const parseEventId = (text: string): EventPlace | null => {
  const [, xid, id, check] = pattern.exec(text) ?? []
  if (xid === undefined) return null
  const place = { xid: String(BigInt(xid)), id: Number(id), check: Number(check) }
  return BigInt(xid) < 2n ** 63n && Number.isSafeInteger(place.id) ? place : null
}

/** Returns whether the event at `a` comes after the one at `b`. */
export const isLaterPlace = (a: EventPlace, b: EventPlace): boolean =>
  a.xid === b.xid ? a.id > b.id : BigInt(a.xid) > BigInt(b.xid)

export const isSamePlace = (a: EventPlace, b: EventPlace): boolean =>
  a.xid === b.xid && a.id === b.id && a.check === b.check
