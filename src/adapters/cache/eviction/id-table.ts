/** The id of a cache entry: the 32 bytes of a sha256. */
export const ID_BYTES = 32

/**
 * Assigns numbers ("slots") to ids, in flat arrays that the garbage collector does not traverse. An entry
 * uses 32 bytes for the id and 8 for the lookup. Uses open addressing with linear probing. The ids need no
 * hash function, because they are hashes already.
 */
type IdTable = {
  /** Returns the slot of an id; `-1` if it has none. */
  readonly slotOf: (id: Uint8Array) => number
  /** Assigns a slot to an id that has none. */
  readonly add: (id: Uint8Array) => number
  readonly remove: (slot: number) => void
  /** Returns a copy of the id. */
  readonly idAt: (slot: number) => Uint8Array
  /**
   * Returns the bytes from `4 * word` to `4 * word + 3` of the id as a number, which serves as another hash
   * of the id.
   */
  readonly wordAt: (slot: number, word: number) => number
}

/** Creates a table. Calls `onGrow` with the new number of slots before the first new slot is assigned. */
export const createIdTable = (onGrow: (slots: number) => void): IdTable => {
  let slots = 0
  let ids = new Uint8Array(0)
  let words = new DataView(ids.buffer)
  /** The hash table. Each place contains a slot number plus 1, or 0 if the place is empty. */
  let places = new Uint32Array(0)
  let mask = 0
  let used = 0
  const free: number[] = []

  const homeOf = (slot: number): number => words.getUint32(slot * ID_BYTES, true) & mask

  const isAt = (slot: number, id: Uint8Array): boolean => {
    const from = slot * ID_BYTES
    for (let i = 0; i < ID_BYTES; i++) if (ids[from + i] !== id[i]) return false
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

  const insert = (slot: number): void => {
    let place = homeOf(slot)
    while (places[place] !== 0) place = (place + 1) & mask
    places[place] = slot + 1
  }

  const grow = (): void => {
    slots = Math.max(1024, slots * 2)
    const grown = new Uint8Array(slots * ID_BYTES)
    grown.set(ids)
    ids = grown
    words = new DataView(ids.buffer)
    places = new Uint32Array(slots * 2)
    mask = slots * 2 - 1
    for (let slot = 0; slot < used; slot++) insert(slot)
    onGrow(slots)
  }

  /**
   * Empties a place, and moves later ids of the same run into the gap, so that lookups still find them
   * (Knuth, 6.4 R).
   */
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
      // `grow` inserts all slots again, which is correct only if every slot is in use. So the table grows
      // only if no slot is free.
      if (free.length === 0 && used === slots) grow()
      const slot = free.pop() ?? used++
      ids.set(id, slot * ID_BYTES)
      insert(slot)
      return slot
    },
    remove: (slot) => {
      closeGap(placeOf(ids.subarray(slot * ID_BYTES, (slot + 1) * ID_BYTES)))
      free.push(slot)
    },
    idAt: (slot) => ids.slice(slot * ID_BYTES, (slot + 1) * ID_BYTES),
    wordAt: (slot, word) => words.getUint32(slot * ID_BYTES + 4 * word, true),
  }
}
