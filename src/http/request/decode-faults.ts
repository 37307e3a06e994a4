import type * as t from 'io-ts'
import { eitherOf, expectedValue, wrapperTags } from './expected-value.ts'
import { type ParameterFault, type Unprocessable, unprocessable } from './request-faults.ts'
import { withoutOtherAlternatives } from './union-faults.ts'

/** The part of a request that could not be decoded. */
type RequestPart = 'params' | 'query' | 'body'

/** What a codec of io-ts shows of its structure. */
export type Tagged = { readonly _tag?: string; readonly type?: Tagged }

/**
 * Returns whether this codec (a union or intersection) adds the index of a member to the path of a fault. The
 * request does not contain such an index.
 */
export const hasMembers = (codec: Tagged | undefined): boolean => {
  if (codec?._tag !== undefined && wrapperTags.includes(codec._tag)) return hasMembers(codec.type)
  return codec?._tag === 'IntersectionType' || codec?._tag === 'UnionType'
}

/** Maximum number of reported faults. The rest of a long list of faults tells the sender nothing new. */
const maxFaults = 100

type Located = ParameterFault & { readonly isAlternative: boolean }

const isUnion = (codec: Tagged | undefined): boolean => codec?._tag === 'UnionType'

const locate = (part: RequestPart, { context, message }: t.ValidationError): Located => {
  const codec = context.at(-1)?.type
  const loc = [
    part,
    ...context.slice(1).flatMap(({ key }, i) => (hasMembers(context[i]?.type as Tagged) ? [] : [key])),
  ]
  const { msg, type } = codec === undefined ? { msg: 'is invalid', type: part } : expectedValue(codec)
  return {
    loc,
    msg: message ?? msg,
    type,
    isAlternative: context.some((entry) => isUnion(entry.type as Tagged)),
  }
}

const isBelow = (outer: ParameterFault, inner: ParameterFault): boolean =>
  inner.loc.length > outer.loc.length && outer.loc.every((key, i) => key === inner.loc[i])

/**
 * Returns one fault for each place. The alternatives of a union report one each: if faults inside the value show
 * which alternative the sender meant, only they count.
 */
const mergeAlternatives = (faults: ReadonlyArray<Located>): ReadonlyArray<ParameterFault> => {
  const places = new Map<string, Located[]>()
  for (const fault of faults) {
    if (fault.isAlternative && faults.some((other) => other.isAlternative && isBelow(fault, other))) continue
    const place = JSON.stringify(fault.isAlternative ? fault.loc : [fault.loc, fault.msg])
    places.set(place, [...(places.get(place) ?? []), fault])
  }
  return [...places.values()].map((same) => ({ loc: same[0]?.loc ?? [], ...eitherOf(same) }))
}

/** Converts faults to the form of http-api.md §1.4. The member `loc` is the path of the value in the request. */
export const toUnprocessable = (part: RequestPart, errors: t.Errors): Unprocessable =>
  unprocessable(
    mergeAlternatives(
      withoutOtherAlternatives(errors)
        .slice(0, maxFaults)
        .map((error) => locate(part, error)),
    ),
  )
