import { Found } from '../../src/domain/caching/found.ts'

/** As it is found in memory. */
export const foundAtHand = <A>(value: A): Found<A> =>
  new Found(value, [{ tier: 'memory', outcome: 'hit' }], () => true)
