const none = 0xffff_ffff

/** The links of all queues, 8 bytes per slot. They are shared, because a slot is in one queue at a time. */
export type SlotLinks = { older: Uint32Array; newer: Uint32Array }

/** A FIFO queue of slots, with their total weight. Any slot can be removed. */
export type SlotQueue = {
  readonly push: (slot: number, weight: number) => void
  readonly remove: (slot: number, weight: number) => void
  /** Returns the oldest slot; `-1` if the queue is empty. */
  readonly oldest: () => number
  readonly weight: () => number
  readonly count: () => number
  /** Adds `difference` to the total weight, because the weight of a slot has changed. */
  readonly reweigh: (difference: number) => void
}

export const createSlotQueue = (links: SlotLinks): SlotQueue => {
  let first = none
  let last = none
  let total = 0
  let count = 0

  return {
    push: (slot, weight) => {
      links.older[slot] = last
      links.newer[slot] = none
      if (last === none) first = slot
      else links.newer[last] = slot
      last = slot
      total += weight
      count++
    },
    remove: (slot, weight) => {
      const older = links.older[slot] ?? none
      const newer = links.newer[slot] ?? none
      if (older === none) first = newer
      else links.newer[older] = newer
      if (newer === none) last = older
      else links.older[newer] = older
      total -= weight
      count--
    },
    oldest: () => (first === none ? -1 : first),
    weight: () => total,
    count: () => count,
    reweigh: (difference) => {
      total += difference
    },
  }
}
