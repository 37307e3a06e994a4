// Simple models of caches with entries of weight 1, to compare with S3-FIFO. `ask` returns whether the id was
// a hit.

export type CacheModel = { readonly ask: (id: number) => boolean }

export const lruModel = (capacity: number): CacheModel => {
  const entries = new Set<number>()
  return {
    ask: (id) => {
      const hit = entries.delete(id)
      entries.add(id)
      if (entries.size > capacity) entries.delete(entries.values().next().value ?? -1)
      return hit
    },
  }
}

export const fifoModel = (capacity: number): CacheModel => {
  const entries = new Set<number>()
  return {
    ask: (id) => {
      if (entries.has(id)) return true
      entries.add(id)
      if (entries.size > capacity) entries.delete(entries.values().next().value ?? -1)
      return false
    },
  }
}

/** S3-FIFO by Algorithm 1 of its paper, on arrays, with weights. */
export const naiveS3Fifo = (maxWeight: number) => {
  type Entry = { readonly id: number; weight: number; uses: number }
  const small: Entry[] = []
  const main: Entry[] = []
  const ghosts: number[] = []
  const weightOf = (queue: ReadonlyArray<Entry>) => queue.reduce((sum, { weight }) => sum + weight, 0)
  const find = (id: number) => small.find((entry) => entry.id === id) ?? main.find((entry) => entry.id === id)

  const evictFromSmall = (): number | null => {
    for (let entry = small.shift(); entry !== undefined; entry = small.shift()) {
      if (entry.uses <= 1) {
        ghosts.push(entry.id)
        return entry.id
      }
      main.push({ ...entry, uses: 0 })
    }
    return null
  }
  const evictFromMain = (): number | null => {
    for (let entry = main.shift(); entry !== undefined; entry = main.shift()) {
      if (entry.uses === 0) return entry.id
      main.push({ ...entry, uses: entry.uses - 1 })
    }
    return null
  }

  return {
    keep: (id: number, weight: number) => {
      const existing = find(id)
      if (existing !== undefined) {
        existing.weight = weight
        return
      }
      const ghostCount = small.length + main.length + 1
      const isGhost = ghosts.slice(-ghostCount).includes(id)
      ;(isGhost ? main : small).push({ id, weight, uses: 0 })
    },
    touch: (id: number) => {
      const entry = find(id)
      if (entry !== undefined) entry.uses = Math.min(3, entry.uses + 1)
    },
    drop: (id: number) => {
      for (const queue of [small, main]) {
        const index = queue.findIndex((entry) => entry.id === id)
        if (index >= 0) queue.splice(index, 1)
      }
    },
    evict: (): number | null => {
      const smallIsFull = weightOf(small) >= maxWeight * 0.1 || main.length === 0
      return (smallIsFull ? evictFromSmall() : null) ?? evictFromMain() ?? evictFromSmall()
    },
    weight: () => weightOf(small) + weightOf(main),
    count: () => small.length + main.length,
  }
}
