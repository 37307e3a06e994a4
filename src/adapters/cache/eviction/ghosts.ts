/**
 * Who has lately been sent away, as fingerprints: 8 bytes each, in a table in which a later one may take an
 * earlier one's place. A wrong answer costs a place in a queue, nothing more.
 */
export type Ghosts = {
  readonly add: (place: number, fingerprint: number) => void
  /** Whether it is among the last `length` that were added. */
  readonly has: (place: number, fingerprint: number, length: number) => boolean
  readonly grow: (size: number) => void
}

export const createGhosts = (): Ghosts => {
  let fingerprints = new Uint32Array(0)
  let addedAt = new Uint32Array(0)
  let mask = 0
  let added = 0

  return {
    add: (place, fingerprint) => {
      added = (added + 1) >>> 0
      fingerprints[place & mask] = fingerprint
      addedAt[place & mask] = added
    },
    has: (place, fingerprint, length) => {
      const at = addedAt[place & mask] ?? 0
      return at !== 0 && fingerprints[place & mask] === fingerprint && (added - at) >>> 0 < length
    },
    // Those of before are forgotten: it happens while the cache is young.
    grow: (size) => {
      fingerprints = new Uint32Array(size)
      addedAt = new Uint32Array(size)
      mask = size - 1
    },
  }
}
