/** Random choices, which are always the same for one seed. */
export type Dice = {
  /** Returns an integer below `max`. */
  readonly below: (max: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <A>(items: ReadonlyArray<A>) => A
}

/**
 * Returns Mulberry32 seeded with the seed and the number of a conversation, so that one conversation can be
 * repeated.
 */
export const createDice = (seed: number, number: number): Dice => {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (max: number) => Math.floor(next() * max)
  return {
    below,
    chance: (probability) => next() < probability,
    pick: <A>(items: ReadonlyArray<A>): A => items[below(items.length)] as A,
  }
}
