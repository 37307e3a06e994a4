import type { Found } from '../../src/ports/cache.ts'

/** As it is found in memory. */
export const foundAtHand = <A>(value: A): Found<A> => ({
  value,
  tiers: [{ tier: 'memory', outcome: 'hit' }],
  isAtHand: () => true,
})
