import { Found } from '../../src/domain/caching/found.ts'

/** Returns a value as a cache read returns it that hits in memory. */
export const foundInMemory = <A>(value: A): Found<A> =>
  new Found(value, [{ tier: 'memory', outcome: 'hit' }], () => true)
