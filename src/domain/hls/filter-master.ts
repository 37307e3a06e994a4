import { entriesOf } from './entries.ts'
import { filterVariants, type VariantChoice } from './filter-variants.ts'
import { attributeOf, type Line } from './m3u8-lines.ts'
import type { MobileFilter } from './mobile-filter.ts'
import type { Size } from './size-comparison.ts'
import { putStartVariantFirst } from './start-variant.ts'

/** A variant as it stands in a master playlist. */
export type ListedVariant = VariantChoice & {
  readonly uri: string
  /** The group that its sound is in, when that is not in itself. */
  readonly soundGroup: string | null
  /** From its EXT-X-STREAM-INF up to and with its URI, and the line of its key pictures behind it. */
  readonly text: string
}

/**
 * A master playlist, read: its variants and the text between them, in order. Reading costs ten times as much as
 * filtering, so a caller that filters one list often keeps this.
 */
export type Master = ReadonlyArray<string | ListedVariant>

const sizeOf = (resolution: string | undefined): Size | null => {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(resolution ?? '') ?? []
  return width === undefined || height === undefined ? null : { width: Number(width), height: Number(height) }
}

const variantOf = (head: Line, uri: string, text: string): ListedVariant => ({
  bandwidth: Number(attributeOf(head, 'BANDWIDTH')),
  size: sizeOf(attributeOf(head, 'RESOLUTION')),
  uri,
  soundGroup: attributeOf(head, 'AUDIO') ?? null,
  text,
})

export const isVariant = (piece: string | ListedVariant): piece is ListedVariant => typeof piece !== 'string'

const iFramesIn = (piece: string | ListedVariant | undefined): string =>
  typeof piece === 'string' ? (/^(?:#EXT-X-I-FRAME-STREAM-INF:.*\n?)*/.exec(piece)?.[0] ?? '') : ''

/** Reads a list of ours, in which key pictures stand behind the variant that they are of, and go where it goes. */
export const readMaster = (text: string): Master => {
  const pieces = entriesOf(text, 'EXT-X-STREAM-INF', variantOf)
  return pieces.map((piece, i) => {
    if (isVariant(piece)) return { ...piece, text: piece.text + iFramesIn(pieces[i + 1]) }
    return typeof pieces[i - 1] === 'object' ? piece.slice(iFramesIn(piece).length) : piece
  })
}

/**
 * Filters a master playlist by its text and puts it in the order of http-api.md §5.3. The cache holds the whole list
 * once a file, and never one list for each filter that a viewer may think of (§5.2). Text between variants stays in
 * its place.
 */
export const filterMaster = (master: Master, filter: MobileFilter): string => {
  const listed = putStartVariantFirst(filterVariants(master.filter(isVariant), filter), filter.size)
  const texts = listed.map(({ text }) => text).values()
  return master.map((piece) => (isVariant(piece) ? (texts.next().value ?? '') : piece)).join('')
}
