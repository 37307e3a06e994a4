import type * as t from 'io-ts'
import { parameterNames } from './parameter-names.ts'

type Union = {
  readonly _tag?: string
  readonly types?: ReadonlyArray<t.Mixed & { readonly isClosed?: true }>
}

/** Returns the alternatives of a union of closed objects; none for another codec. */
const alternativesOf = (codec: object): ReadonlyArray<t.Mixed> => {
  const { _tag, types = [] } = codec as Union
  return _tag === 'UnionType' && types.every(({ isClosed }) => isClosed) ? types : []
}

const isObject = (u: unknown): u is object => typeof u === 'object' && u !== null && !Array.isArray(u)

const listed = (names: ReadonlyArray<string>): string =>
  [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((text) => text !== '').join(' and ')

const choiceOf = (members: ReadonlyArray<ReadonlyArray<string>>): string =>
  members.every(({ length }) => length === 1)
    ? `should have exactly one of the members ${listed(members.flat())}`
    : `should have the members ${members.map(listed).join(', or ')}`

/** Returns the faults of one value that fits no alternative of a union. `place` is its index in their paths. */
const faultsOfUnion = (faults: t.Errors, place: number): t.Errors => {
  const [first] = faults
  const union = first?.context[place]
  if (first === undefined || union === undefined) return faults
  const members = alternativesOf(union.type).map(parameterNames)
  const sent = isObject(union.actual) ? Object.keys(union.actual) : []
  const fits = members.map((names) => sent.filter((name) => names.includes(name)).length)
  const best = Math.max(...fits)
  const meant = best === 0 ? [] : fits.flatMap((fit, i) => (fit === best ? [String(i)] : []))
  return meant.length === 1
    ? faults.filter(({ context }) => context[place + 1]?.key === meant[0])
    : [{ value: union.actual, context: first.context.slice(0, place + 1), message: choiceOf(members) }]
}

/**
 * Reduces the faults of unions of closed objects, of which each alternative reports its own. The members of the
 * value show which alternative the sender meant: that which has most of them. Only its faults are returned. If there is
 * no such alternative, or several, the result is one fault that names the members of all alternatives.
 */
export const withoutOtherAlternatives = (errors: t.Errors): t.Errors => {
  const others: t.Errors = []
  const unions = new Map<string, { readonly place: number; readonly faults: t.Errors }>()
  for (const error of errors) {
    const place = error.context.findIndex(
      ({ type, actual }) => alternativesOf(type).length > 0 && isObject(actual),
    )
    const path = JSON.stringify(error.context.slice(0, place + 1).map(({ key }) => key))
    const known = unions.get(path)
    if (place === -1) others.push(error)
    else if (known === undefined) unions.set(path, { place, faults: [error] })
    else known.faults.push(error)
  }
  return [...others, ...[...unions.values()].flatMap(({ place, faults }) => faultsOfUnion(faults, place))]
}
