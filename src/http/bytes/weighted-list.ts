/** A member of an Accept or Accept-Encoding list, in lower case and without its parameters. */
export type QualityValue = {
  readonly name: string
  /** 0 (refused) to 1 (RFC 9110 §12.4.2). */
  readonly weight: number
}

/**
 * The members of a negotiation header, as written; one with a malformed weight is left out.
 *
 * Own code, though `negotiator` comes with Koa: that one tells the order of what is accepted and not the
 * weights, so that a tie falls to the client's order, where Larder has a better one.
 */
export const parseQualityList = (header: string): ReadonlyArray<QualityValue> => {
  // No name and no weight is ever quoted; what is might hold a comma.
  const unquoted = header.replace(/"(?:[^"\\]|\\.)*(?:"|$)/g, '""')
  return unquoted.split(',').flatMap((member) => {
    const [name = '', ...parameters] = member.split(';').map((part) => part.trim().toLowerCase())
    const weight = weightIn(parameters)
    return name === '' || weight === undefined ? [] : { name, weight }
  })
}

/** 1 when there is none, `undefined` when it is malformed. */
const weightIn = (parameters: ReadonlyArray<string>): number | undefined => {
  const given = parameters.find((parameter) => parameter.startsWith('q='))
  if (given === undefined) return 1
  const value = given.slice(2)
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : undefined
}
