import type * as t from 'io-ts'

/** What a codec of io-ts shows of its structure, also one of request/closed-object.ts. */
export type CodecShape = {
  readonly _tag?: string
  readonly name: string
  readonly props?: t.Props
  readonly type?: t.Mixed
  readonly types?: ReadonlyArray<t.Mixed>
  readonly value?: unknown
  readonly keys?: Readonly<Record<string, unknown>>
  readonly codomain?: t.Mixed
  /** Whether the codec refuses members that it does not know. */
  readonly isClosed?: boolean
}

type Members = {
  readonly props: Readonly<Record<string, t.Mixed>>
  readonly required: ReadonlyArray<string>
}

const wrappers = ['ExactType', 'RefinementType', 'ReadonlyType']

/** Returns the members of an object's codec, also of an intersection of objects; `null` for any other codec. */
export const membersOf = (codec: t.Mixed): Members | null => {
  const { _tag = '', props, type, types = [] } = codec as t.Mixed & CodecShape
  if (props !== undefined && _tag === 'InterfaceType') return { props, required: Object.keys(props) }
  if (props !== undefined && _tag === 'PartialType') return { props, required: [] }
  if (wrappers.includes(_tag) && type !== undefined) return membersOf(type)
  if (_tag !== 'IntersectionType') return null
  const parts = types.map(membersOf)
  if (parts.some((part) => part === null)) return null
  return {
    props: Object.assign({}, ...parts.map((part) => part?.props)),
    required: parts.flatMap((part) => part?.required ?? []),
  }
}
