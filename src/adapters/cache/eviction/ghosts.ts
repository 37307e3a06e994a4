/**
 * Fingerprints of recently evicted entries, 8 bytes each, in a hash table. A new fingerprint may overwrite an
 * older one. A wrong answer does no harm: it only puts an entry into the wrong queue.
 */
type GhostQueue = {
  readonly add: (hash: number, fingerprint: number) => void
  /** Returns whether the fingerprint is among the last `length` that were added. */
  readonly has: (hash: number, fingerprint: number, length: number) => boolean
  readonly grow: (size: number) => void
}

export const createGhostQueue = (): GhostQueue => {
  let fingerprints = new Uint32Array(0)
  let addedAt = new Uint32Array(0)
  let mask = 0
  let added = 0

  return {
    add: (hash, fingerprint) => {
      added = (added + 1) >>> 0
      fingerprints[hash & mask] = fingerprint
      addedAt[hash & mask] = added
    },
    has: (hash, fingerprint, length) => {
      const at = addedAt[hash & mask] ?? 0
      return at !== 0 && fingerprints[hash & mask] === fingerprint && (added - at) >>> 0 < length
    },
    // Removes all fingerprints. That is harmless, because the table grows only while the cache is new.
    grow: (size) => {
      fingerprints = new Uint32Array(size)
      addedAt = new Uint32Array(size)
      mask = size - 1
    },
  }
}
