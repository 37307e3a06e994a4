/** A member of an Accept or Accept-Encoding list, in lower case and without its parameters. */
export type QualityValue = {
  readonly name: string
  /** Weight from 0 (refused) to 1 (RFC 9110 §12.4.2). */
  readonly weight: number
}

/**
 * Parses the members of a negotiation header, in order; members with a malformed weight are omitted.
 *
 * Koa's `negotiator` is not enough: it returns the order of the accepted members but not their weights, so
 * members of equal weight would get the client's order instead of the server's.
 */
export const parseQualityList = (header: string): ReadonlyArray<QualityValue> => {
  // Names and weights are never quoted, but quoted parameters may contain a comma, so these are removed
  // before the split.
  const unquoted = header.replace(/"(?:[^"\\]|\\.)*(?:"|$)/g, '""')
  return unquoted.split(',').flatMap((member) => {
    const [name = '', ...parameters] = member.split(';').map((part) => part.trim().toLowerCase())
    const weight = weightIn(parameters)
    return name === '' || weight === undefined ? [] : { name, weight }
  })
}

/** Returns the weight among the parameters: 1 if there is none, `undefined` if it is malformed. */
const weightIn = (parameters: ReadonlyArray<string>): number | undefined => {
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  if (quality === undefined) return 1
  const value = quality.slice(2)
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : undefined
}
