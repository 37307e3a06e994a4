import { createGhostQueue } from './ghosts.ts'
import { createIdTable } from './id-table.ts'
import { createSlotQueue, type SlotLinks, type SlotQueue } from './slot-queue.ts'

/**
 * The eviction policy: S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: FIFO queues are all you need for cache
 * eviction, SOSP 2023), with weights. New entries enter a small queue, which has a tenth of the budget.
 * Entries that were used more than once then move to the main queue. The others are evicted. An evicted entry
 * that is added again while its fingerprint is remembered enters the main queue. A scan passes through the
 * small queue without changing the main queue.
 *
 * An entry uses about 64 bytes, in flat arrays. Weights are whole numbers below 2³².
 */
export type S3Fifo = {
  /**
   * Adds an entry, or updates its weight and flags. The flags are 8 bits that the policy only
   * stores; the caller defines their meaning.
   */
  readonly set: (id: Uint8Array, weight: number, flags: number) => void
  /** Adds an entry that was cached before a restart, to the main queue. */
  readonly restore: (id: Uint8Array, weight: number, flags: number) => void
  /** Records an access. Returns `false` if there is no such entry. */
  readonly touch: (id: Uint8Array) => boolean
  readonly remove: (id: Uint8Array) => void
  readonly flagsOf: (id: Uint8Array) => number | null
  readonly setFlags: (id: Uint8Array, flags: number) => void
  /** Removes the entry that the policy evicts next, and returns it; `null` if there is no entry. */
  readonly evict: () => EvictionEntry | null
  readonly weight: () => number
  readonly count: () => number
  /**
   * Returns the first entry at `place` or later. The place of an entry does not change, so the caller may
   * pause between calls.
   */
  readonly entryFrom: (place: number) => { readonly place: number; readonly entry: EvictionEntry } | null
}

export type EvictionEntry = { readonly id: Uint8Array; readonly weight: number; readonly flags: number }

const noQueue = 0
const smallQueue = 1
const mainQueue = 2

const smallShare = 0.1
const maxUses = 3

export const createS3Fifo = (maxWeight: number): S3Fifo => {
  const links: SlotLinks = { older: new Uint32Array(0), newer: new Uint32Array(0) }
  let weights = new Uint32Array(0)
  let uses = new Uint8Array(0)
  let queues = new Uint8Array(0)
  let flagBytes = new Uint8Array(0)
  const ghosts = createGhostQueue()
  const small = createSlotQueue(links)
  const main = createSlotQueue(links)

  const ids = createIdTable((slots) => {
    links.older = longer(links.older, slots)
    links.newer = longer(links.newer, slots)
    weights = longer(weights, slots)
    uses = longer(uses, slots)
    queues = longer(queues, slots)
    flagBytes = longer(flagBytes, slots)
    ghosts.grow(slots)
  })

  const weightAt = (slot: number): number => weights[slot] ?? 0
  const count = (): number => small.count() + main.count()
  const queueOf = (slot: number): SlotQueue => (queues[slot] === mainQueue ? main : small)
  const entryAt = (slot: number): EvictionEntry => ({
    id: ids.idAt(slot),
    weight: weightAt(slot),
    flags: flagBytes[slot] ?? 0,
  })

  const enter = (slot: number, queue: SlotQueue): void => {
    queues[slot] = queue === main ? mainQueue : smallQueue
    queue.push(slot, weightAt(slot))
  }
  const leave = (slot: number): void => queueOf(slot).remove(slot, weightAt(slot))

  const put = (id: Uint8Array, weight: number, flags: number, proven: boolean): void => {
    const existing = ids.slotOf(id)
    if (existing >= 0) {
      queueOf(existing).reweigh(weight - weightAt(existing))
      weights[existing] = weight
      flagBytes[existing] = flags
      return
    }
    const slot = ids.add(id)
    weights[slot] = weight
    flagBytes[slot] = flags
    uses[slot] = 0
    const wasEvicted = ghosts.has(ids.wordAt(slot, 0), ids.wordAt(slot, 1), count() + 1)
    enter(slot, proven || wasEvicted ? main : small)
  }

  const removeSlot = (slot: number): EvictionEntry => {
    const removed = entryAt(slot)
    leave(slot)
    queues[slot] = noQueue
    ids.remove(slot)
    return removed
  }

  const evictFromSmall = (): EvictionEntry | null => {
    for (let slot = small.oldest(); slot >= 0; slot = small.oldest()) {
      if ((uses[slot] ?? 0) <= 1) {
        ghosts.add(ids.wordAt(slot, 0), ids.wordAt(slot, 1))
        return removeSlot(slot)
      }
      leave(slot)
      uses[slot] = 0
      enter(slot, main)
    }
    return null
  }

  const evictFromMain = (): EvictionEntry | null => {
    for (let slot = main.oldest(); slot >= 0; slot = main.oldest()) {
      const used = uses[slot] ?? 0
      if (used === 0) return removeSlot(slot)
      uses[slot] = used - 1
      leave(slot)
      enter(slot, main)
    }
    return null
  }

  return {
    set: (id, weight, flags) => put(id, weight, flags, false),
    restore: (id, weight, flags) => put(id, weight, flags, true),
    touch: (id) => {
      const slot = ids.slotOf(id)
      if (slot < 0) return false
      uses[slot] = Math.min(maxUses, (uses[slot] ?? 0) + 1)
      return true
    },
    remove: (id) => {
      const slot = ids.slotOf(id)
      if (slot >= 0) removeSlot(slot)
    },
    flagsOf: (id) => {
      const slot = ids.slotOf(id)
      return slot < 0 ? null : (flagBytes[slot] ?? 0)
    },
    setFlags: (id, flags) => {
      const slot = ids.slotOf(id)
      if (slot >= 0) flagBytes[slot] = flags
    },
    evict: () => {
      const smallIsFull = small.weight() >= maxWeight * smallShare || main.count() === 0
      return (smallIsFull ? evictFromSmall() : null) ?? evictFromMain() ?? evictFromSmall()
    },
    weight: () => small.weight() + main.weight(),
    count,
    entryFrom: (place) => {
      for (let slot = place; slot < queues.length; slot++)
        if (queues[slot] !== noQueue) return { place: slot, entry: entryAt(slot) }
      return null
    },
  }
}

const longer = <A extends Uint8Array | Uint32Array>(array: A, length: number): A => {
  const grown = array instanceof Uint8Array ? new Uint8Array(length) : new Uint32Array(length)
  grown.set(array)
  return grown as A
}
