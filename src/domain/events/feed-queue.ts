import type { EventPlace } from '../../ports/event-log.ts'
import { isLaterPlace } from './event-id.ts'
import { type FeedFilter, type FeedItem, matchesFilter } from './feed-item.ts'

/** What waits for one client. */
type FeedQueue = {
  readonly push: (item: FeedItem) => void
  /** Accepts items from now on, those after this place. What was pushed before is dropped. */
  readonly begin: (after: EventPlace) => void
  readonly hasBegun: () => boolean
  readonly isEmpty: () => boolean
  /** Returns all that waits. Until the next call it counts as waiting, because the client has not read it. */
  readonly take: () => ReadonlyArray<FeedItem>
  /** Whether too much waited. Then the queue is empty, and stays so. */
  readonly isOverfull: () => boolean
}

/** Most bytes that wait for a client (http-api.md §12.3). */
export const maxWaitingBytes = 256 * 1024
/** Bytes of an item besides its body: its id, its type, and what delimits them. */
const frameBytes = 96

export const createFeedQueue = (filter: FeedFilter, onPush: () => void): FeedQueue => {
  let items: FeedItem[] = []
  let bytes = 0
  let takenBytes = 0
  let after: EventPlace | null = null
  let isOverfull = false

  return {
    push: (item) => {
      if (after === null || isOverfull || !matchesFilter(item, filter)) return
      // The event by which the client resumed may be one that this process has not read yet.
      if (item.place !== null && item.type !== 'reset' && !isLaterPlace(item.place, after)) return
      if (item.place !== null) after = item.place
      const length = item.bytes + frameBytes
      // One item alone is never too much: the client would never get past it.
      if (bytes + takenBytes > 0 && bytes + takenBytes + length > maxWaitingBytes) {
        isOverfull = true
        items = []
      } else {
        items.push(item)
        bytes += length
      }
      onPush()
    },
    begin: (place) => {
      after = place
      items = []
      bytes = 0
    },
    hasBegun: () => after !== null,
    isEmpty: () => items.length === 0,
    take: () => {
      const taken = items
      takenBytes = bytes
      items = []
      bytes = 0
      return taken
    },
    isOverfull: () => isOverfull,
  }
}
