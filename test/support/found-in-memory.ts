import { Found } from '../../src/domain/caching/found.ts'

/** A value as found in memory. */
export const foundInMemory = <A>(value: A): Found<A> =>
  new Found(value, [{ tier: 'memory', outcome: 'hit' }], () => true)
