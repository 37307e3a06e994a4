const none = 0xffff_ffff

/** The links of all queues: a slot is in one of them at a time. 8 bytes a slot. */
export type SlotLinks = { older: Uint32Array; newer: Uint32Array }

/** Slots in the order in which they came in, with their weights; any of them can be taken out. */
export type SlotQueue = {
  readonly push: (slot: number, weight: number) => void
  readonly remove: (slot: number, weight: number) => void
  /** `-1` when it is empty. */
  readonly oldest: () => number
  readonly weight: () => number
  readonly count: () => number
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
