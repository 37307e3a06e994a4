import type * as t from 'io-ts'
import { type Unprocessable, unprocessable } from './request-faults.ts'

/** The part of a request that could not be decoded. */
type RequestPart = 'params' | 'query' | 'body'

type Tagged = { readonly _tag?: string; readonly type?: Tagged }

const wrappers = ['ExactType', 'ReadonlyType', 'RefinementType']

/**
 * Returns whether this codec (a union or intersection) adds the index of a member to the path of a fault. The
 * request does not contain such an index.
 */
const hasMembers = (codec: Tagged | undefined): boolean => {
  if (codec?._tag !== undefined && wrappers.includes(codec._tag)) return hasMembers(codec.type)
  return codec?._tag === 'IntersectionType' || codec?._tag === 'UnionType'
}

/** Converts faults to the form of http-api.md §1.4. The member `loc` is the path of the value in the request. */
export const toUnprocessable = (part: RequestPart, errors: t.Errors): Unprocessable =>
  unprocessable(
    errors.map(({ context, message }) => ({
      loc: [
        part,
        ...context.slice(1).flatMap(({ key }, i) => (hasMembers(context[i]?.type as Tagged) ? [] : [key])),
      ],
      msg: message ?? 'is invalid',
      type: context.length > 1 ? (context.at(-1)?.type.name ?? part) : part,
    })),
  )
