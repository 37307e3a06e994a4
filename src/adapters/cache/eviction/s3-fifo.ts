import { createGhosts } from './ghosts.ts'
import { createIdTable } from './id-table.ts'
import { createSlotQueue, type SlotLinks, type SlotQueue } from './slot-queue.ts'

/**
 * Who stays and who goes: S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: FIFO queues are all you need for cache
 * eviction, SOSP 2023), with weights. What is new waits in a small queue of a tenth of the budget; what is asked
 * for there moves on to the main queue, what is not goes, and is known again by its fingerprint when it comes
 * back soon. A scan runs through the small queue and leaves the main one as it is.
 *
 * About 64 bytes an entry, in flat arrays. Weights are whole numbers below 2³².
 */
export type S3Fifo = {
  /** Takes it in, or gives it its new weight. `mark` is the caller's: a number below 256. */
  readonly keep: (id: Uint8Array, weight: number, mark: number) => void
  /** Takes it in among those that have proved themselves: what was there before a restart. */
  readonly restore: (id: Uint8Array, weight: number, mark: number) => void
  /** It was asked for; `false` when it is not there. */
  readonly touch: (id: Uint8Array) => boolean
  readonly drop: (id: Uint8Array) => void
  readonly markOf: (id: Uint8Array) => number | null
  readonly setMark: (id: Uint8Array, mark: number) => void
  /** Sends one away and says which; `null` when there is none. */
  readonly evict: () => Entry | null
  readonly weight: () => number
  readonly count: () => number
  /** The entry at this place or the next one after it. Entries stay where they are: for walks with pauses. */
  readonly entryFrom: (place: number) => { readonly place: number; readonly entry: Entry } | null
}

export type Entry = { readonly id: Uint8Array; readonly weight: number; readonly mark: number }

const inNone = 0
const inSmall = 1
const inMain = 2

const smallShare = 0.1
const mostUses = 3

export const createS3Fifo = (maxWeight: number): S3Fifo => {
  const links: SlotLinks = { older: new Uint32Array(0), newer: new Uint32Array(0) }
  let weights = new Uint32Array(0)
  let uses = new Uint8Array(0)
  let queues = new Uint8Array(0)
  let marks = new Uint8Array(0)
  const ghosts = createGhosts()
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
  const queueOf = (slot: number): SlotQueue => (queues[slot] === inMain ? main : small)
  const entryAt = (slot: number): Entry => ({
    id: ids.idAt(slot),
    weight: weightAt(slot),
    mark: marks[slot] ?? 0,
  })

  const enter = (slot: number, queue: SlotQueue): void => {
    queues[slot] = queue === main ? inMain : inSmall
    queue.push(slot, weightAt(slot))
  }
  const leave = (slot: number): void => queueOf(slot).remove(slot, weightAt(slot))

  const put = (id: Uint8Array, weight: number, mark: number, proven: boolean): void => {
    const known = ids.slotOf(id)
    if (known >= 0) {
      queueOf(known).reweigh(weight - weightAt(known))
      weights[known] = weight
      marks[known] = mark
      return
    }
    const slot = ids.add(id)
    weights[slot] = weight
    marks[slot] = mark
    uses[slot] = 0
    const comesBack = ghosts.has(ids.wordAt(slot, 0), ids.wordAt(slot, 1), count() + 1)
    enter(slot, proven || comesBack ? main : small)
  }

  const sendAway = (slot: number): Entry => {
    const gone = entryAt(slot)
    leave(slot)
    queues[slot] = inNone
    ids.remove(slot)
    return gone
  }

  const evictFromSmall = (): Entry | null => {
    for (let slot = small.oldest(); slot >= 0; slot = small.oldest()) {
      if ((uses[slot] ?? 0) <= 1) {
        ghosts.add(ids.wordAt(slot, 0), ids.wordAt(slot, 1))
        return sendAway(slot)
      }
      leave(slot)
      uses[slot] = 0
      enter(slot, main)
    }
    return null
  }

  const evictFromMain = (): Entry | null => {
    for (let slot = main.oldest(); slot >= 0; slot = main.oldest()) {
      const used = uses[slot] ?? 0
      if (used === 0) return sendAway(slot)
      uses[slot] = used - 1
      leave(slot)
      enter(slot, main)
    }
    return null
  }

  return {
    keep: (id, weight, mark) => put(id, weight, mark, false),
    restore: (id, weight, mark) => put(id, weight, mark, true),
    touch: (id) => {
      const slot = ids.slotOf(id)
      if (slot < 0) return false
      uses[slot] = Math.min(mostUses, (uses[slot] ?? 0) + 1)
      return true
    },
    drop: (id) => {
      const slot = ids.slotOf(id)
      if (slot >= 0) sendAway(slot)
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
        if (queues[slot] !== inNone) return { place: slot, entry: entryAt(slot) }
      return null
    },
  }
}

const longer = <A extends Uint8Array | Uint32Array>(array: A, length: number): A => {
  const grown = array instanceof Uint8Array ? new Uint8Array(length) : new Uint32Array(length)
  grown.set(array)
  return grown as A
}
