/** An entry's name in the books: 32 bytes of a sha256. */
export const idBytes = 32

/**
 * Numbers ("slots") for ids, in flat arrays: 32 bytes for the id and 8 for the look-up an entry, and nothing for
 * the garbage collector to walk through. Open addressing with linear probing; the ids are hashes already.
 */
export type IdTable = {
  /** `-1` when it has none. */
  readonly slotOf: (id: Uint8Array) => number
  /** For an id that has none yet. */
  readonly add: (id: Uint8Array) => number
  readonly remove: (slot: number) => void
  /** A copy. */
  readonly idAt: (slot: number) => Uint8Array
  /** The id's bytes from `4 * word` on as a number, for who needs another hash of it. */
  readonly wordAt: (slot: number, word: number) => number
}

/** `onGrow` is told how many slots there may be, before the first of them is handed out. */
export const createIdTable = (onGrow: (slots: number) => void): IdTable => {
  let slots = 0
  let ids = new Uint8Array(0)
  let words = new DataView(ids.buffer)
  /** Slot + 1 at the place of an id, 0 where there is none. */
  let places = new Uint32Array(0)
  let mask = 0
  let used = 0
  const free: number[] = []

  const homeOf = (slot: number): number => words.getUint32(slot * idBytes, true) & mask

  const isAt = (slot: number, id: Uint8Array): boolean => {
    const from = slot * idBytes
    for (let i = 0; i < idBytes; i++) if (ids[from + i] !== id[i]) return false
    return true
  }

  const placeOf = (id: Uint8Array): number => {
    if (slots === 0) return -1
    const home = (id[0] ?? 0) | ((id[1] ?? 0) << 8) | ((id[2] ?? 0) << 16) | ((id[3] ?? 0) << 24)
    for (let place = home & mask; ; place = (place + 1) & mask) {
      const entry = places[place] ?? 0
      if (entry === 0) return -1
      if (isAt(entry - 1, id)) return place
    }
  }

  const settle = (slot: number): void => {
    let place = homeOf(slot)
    while (places[place] !== 0) place = (place + 1) & mask
    places[place] = slot + 1
  }

  const grow = (): void => {
    slots = Math.max(1024, slots * 2)
    const grown = new Uint8Array(slots * idBytes)
    grown.set(ids)
    ids = grown
    words = new DataView(ids.buffer)
    places = new Uint32Array(slots * 2)
    mask = slots * 2 - 1
    for (let slot = 0; slot < used; slot++) settle(slot)
    onGrow(slots)
  }

  /** Closes the gap, so that no search for a later one of the same run ends there (Knuth, 6.4 R). */
  const closeGap = (at: number): void => {
    let gap = at
    for (let place = (gap + 1) & mask; places[place] !== 0; place = (place + 1) & mask) {
      const home = homeOf((places[place] ?? 0) - 1)
      if (((place - home) & mask) >= ((place - gap) & mask)) {
        places[gap] = places[place] ?? 0
        gap = place
      }
    }
    places[gap] = 0
  }

  return {
    slotOf: (id) => {
      const place = placeOf(id)
      return place < 0 ? -1 : (places[place] ?? 0) - 1
    },
    add: (id) => {
      // It grows only when every slot is in use, so that `grow` may settle all of them.
      if (free.length === 0 && used === slots) grow()
      const slot = free.pop() ?? used++
      ids.set(id, slot * idBytes)
      settle(slot)
      return slot
    },
    remove: (slot) => {
      closeGap(placeOf(ids.subarray(slot * idBytes, (slot + 1) * idBytes)))
      free.push(slot)
    },
    idAt: (slot) => ids.slice(slot * idBytes, (slot + 1) * idBytes),
    wordAt: (slot, word) => words.getUint32(slot * idBytes + 4 * word, true),
  }
}
