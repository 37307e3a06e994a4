// An independent implementation of RFC 9110 §14: a recursive-descent parser of the grammar as printed, exact
// integers, and a mask with one flag for each byte instead of interval arithmetic.

type Spec = { readonly first?: bigint; readonly last?: bigint }

export type ReferenceSelection = 'whole' | 'unsatisfiable' | ReadonlyArray<ReadonlyArray<number>>

/** Returns the indexes of the bytes in each part. */
export const referenceSelection = (header: string, length: number): ReferenceSelection => {
  const specs = parse(header)
  if (specs === undefined) return 'whole'
  // A suffix other than 0 is satisfiable (§14.1.2); from an empty body it selects nothing.
  if (length === 0)
    return specs.some((spec) => spec.first === undefined && spec.last !== 0n) ? 'whole' : 'unsatisfiable'

  const firstRequestedBy: Array<number | undefined> = Array.from({ length }, () => undefined)
  specs.forEach((spec, order) => {
    firstRequestedBy.forEach((before, at) => {
      if (before === undefined && selects(spec, at, length)) firstRequestedBy[at] = order
    })
  })

  const runs: Array<{ order: number; readonly at: number[] }> = []
  firstRequestedBy.forEach((order, at) => {
    if (order === undefined) return
    const run = runs.at(-1)
    if (run?.at.at(-1) !== at - 1) runs.push({ order, at: [at] })
    else {
      run.at.push(at)
      run.order = Math.min(run.order, order)
    }
  })
  if (runs.length === 0) return 'unsatisfiable'
  if (runs.length > 8) return 'whole'
  return runs.sort((a, b) => a.order - b.order).map(({ at }) => at)
}

const selects = ({ first, last }: Spec, at: number, length: number): boolean =>
  first === undefined
    ? BigInt(length - at) <= (last ?? 0n)
    : first <= BigInt(at) && (last === undefined || BigInt(at) <= last)

/**
 * Parses `ranges-specifier = range-unit "=" range-set`, `range-set = 1#range-spec`, as a recipient parses a
 * list (RFC 9110 §5.6.1.2).
 */
const parse = (text: string): ReadonlyArray<Spec> | undefined => {
  let at = 0
  const skipSpace = (): void => {
    while (text[at] === ' ' || text[at] === '\t') at += 1
  }
  const digits = (): bigint | undefined => {
    const from = at
    while (at < text.length && '0123456789'.includes(text.charAt(at))) at += 1
    return at === from ? undefined : BigInt(text.slice(from, at))
  }
  const spec = (): Spec | 'invalid' => {
    const first = digits()
    if (text[at] !== '-') return 'invalid'
    at += 1
    const last = digits()
    if (first === undefined) return last === undefined ? 'invalid' : { last }
    if (last === undefined) return { first }
    return last < first ? 'invalid' : { first, last }
  }

  const equals = text.indexOf('=')
  if (text.slice(0, equals).toLowerCase() !== 'bytes') return undefined
  at = equals + 1

  const specs: Spec[] = []
  for (;;) {
    if (at < text.length && text[at] !== ',' && text[at] !== ' ' && text[at] !== '\t') {
      const found = spec()
      if (found === 'invalid') return undefined
      specs.push(found)
    }
    skipSpace()
    if (at === text.length) return specs.length === 0 ? undefined : specs
    if (text[at] !== ',') return undefined
    at += 1
    skipSpace()
  }
}
