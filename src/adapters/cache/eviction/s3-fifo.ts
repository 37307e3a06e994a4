import { createGhostQueue } from './ghosts.ts'
import { createIdTable } from './id-table.ts'
import { createSlotQueue, type SlotLinks, type SlotQueue } from './slot-queue.ts'

/**
 * The eviction policy: S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: FIFO queues are all you need for cache
 * eviction, SOSP 2023), with weights. New entries enter a small queue, which has a tenth of the budget.
 * Entries that were used more than once then move to the main queue. The others are evicted; if one returns
 * while its fingerprint is remembered, it enters the main queue. A scan passes through the small queue
 * without changing the main queue.
 *
 * An entry uses about 64 bytes, in flat arrays. Weights are whole numbers below 2³².
 */
export type S3Fifo = {
  /**
   * Adds an entry, or updates its weight and mark. The mark is a number below 256 whose meaning the caller
   * defines.
   */
  readonly set: (id: Uint8Array, weight: number, mark: number) => void
  /** Adds an entry that was cached before a restart. It enters the main queue. */
  readonly restore: (id: Uint8Array, weight: number, mark: number) => void
  /** Records an access. Returns `false` if there is no such entry. */
  readonly touch: (id: Uint8Array) => boolean
  readonly remove: (id: Uint8Array) => void
  readonly markOf: (id: Uint8Array) => number | null
  readonly setMark: (id: Uint8Array, mark: number) => void
  /** Removes the entry that the policy evicts next, and returns it; `null` if there is no entry. */
  readonly evict: () => EvictionEntry | null
  readonly weight: () => number
  readonly count: () => number
  /**
   * Returns the first entry at `place` or later. An entry keeps its place, so an iteration may pause between
   * calls.
   */
  readonly entryFrom: (place: number) => { readonly place: number; readonly entry: EvictionEntry } | null
}

export type EvictionEntry = { readonly id: Uint8Array; readonly weight: number; readonly mark: number }

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
  let marks = new Uint8Array(0)
  const ghosts = createGhostQueue()
  const small = createSlotQueue(links)
  const main = createSlotQueue(links)

  const ids = createIdTable((slots) => {
    links.older = longer(links.older, slots)
    links.newer = longer(links.newer, slots)
    weights = longer(weights, slots)
    uses = longer(uses, slots)
    queues = longer(queues, slots)
    marks = longer(marks, slots)
    ghosts.grow(slots)
  })

  const weightAt = (slot: number): number => weights[slot] ?? 0
  const count = (): number => small.count() + main.count()
  const queueOf = (slot: number): SlotQueue => (queues[slot] === mainQueue ? main : small)
  const entryAt = (slot: number): EvictionEntry => ({
    id: ids.idAt(slot),
    weight: weightAt(slot),
    mark: marks[slot] ?? 0,
  })

  const enter = (slot: number, queue: SlotQueue): void => {
    queues[slot] = queue === main ? mainQueue : smallQueue
    queue.push(slot, weightAt(slot))
  }
  const leave = (slot: number): void => queueOf(slot).remove(slot, weightAt(slot))

  const put = (id: Uint8Array, weight: number, mark: number, proven: boolean): void => {
    const existing = ids.slotOf(id)
    if (existing >= 0) {
      queueOf(existing).reweigh(weight - weightAt(existing))
      weights[existing] = weight
      marks[existing] = mark
      return
    }
    const slot = ids.add(id)
    weights[slot] = weight
    marks[slot] = mark
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
    set: (id, weight, mark) => put(id, weight, mark, false),
    restore: (id, weight, mark) => put(id, weight, mark, true),
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
    markOf: (id) => {
      const slot = ids.slotOf(id)
      return slot < 0 ? null : (marks[slot] ?? 0)
    },
    setMark: (id, mark) => {
      const slot = ids.slotOf(id)
      if (slot >= 0) marks[slot] = mark
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
