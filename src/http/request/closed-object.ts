import * as t from 'io-ts'
import { E } from '../../fp.ts'
import { hasMembers, type Tagged } from './decode-faults.ts'
import { parameterNames } from './parameter-names.ts'

const membersOf = (u: unknown): ReadonlyArray<string> =>
  typeof u === 'object' && u !== null && !Array.isArray(u) ? Object.keys(u) : []

/**
 * Creates a codec that refuses an object with other members than those of `codec`. A misspelt member may have been
 * meant to restrict something, so it must not be ignored.
 */
export const closedObject = <A>(codec: t.Type<A, unknown, unknown>): t.Type<A, unknown, unknown> => {
  const names = parameterNames(codec)
  const closed = new t.Type<A, unknown, unknown>(
    codec.name,
    codec.is,
    (u, context) => {
      const decoded = codec.validate(u, context)
      const unknownMembers = membersOf(u).filter((name) => !names.includes(name))
      if (unknownMembers.length === 0) return decoded
      // The path of a fault has the index of a member, which toUnprocessable removes.
      const place = hasMembers(codec as Tagged) ? t.appendContext(context, '0', t.UnknownRecord) : context
      return t.failures([
        ...(E.isLeft(decoded) ? decoded.left : []),
        ...unknownMembers.map((name) => ({
          value: undefined,
          context: t.appendContext(place, name, t.never),
          message: 'is not a known member',
        })),
      ])
    },
    codec.encode,
  )
  // Like a refinement of io-ts, so that the members of `codec` are found (see hasMembers, parameterNames).
  return Object.assign(closed, { _tag: 'RefinementType', type: codec, isClosed: true })
}
