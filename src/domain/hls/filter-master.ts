import { entriesOf } from './entries.ts'
import { filterVariants, type VariantChoice } from './filter-variants.ts'
import { attributeOf, type Line } from './m3u8-lines.ts'
import type { MobileFilter } from './mobile-filter.ts'
import type { Size } from './size-comparison.ts'
import { putStartVariantFirst } from './start-variant.ts'

/** A variant in a master playlist. */
export type ListedVariant = VariantChoice & {
  readonly uri: string
  /** Its audio group; `null` if it has no separate audio. */
  readonly audioGroup: string | null
  /** From its EXT-X-STREAM-INF to its URI, and the I-frame line after it. */
  readonly text: string
}

/**
 * A parsed master playlist: its variants and the text between them, in order. Parsing costs ten times as much
 * as filtering, so a caller that filters one playlist often should cache the parsed form.
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
  audioGroup: attributeOf(head, 'AUDIO') ?? null,
  text,
})

export const isVariant = (piece: string | ListedVariant): piece is ListedVariant => typeof piece !== 'string'

const iFramesIn = (piece: string | ListedVariant | undefined): string =>
  typeof piece === 'string' ? (/^(?:#EXT-X-I-FRAME-STREAM-INF:.*\n?)*/.exec(piece)?.[0] ?? '') : ''

/** Parses a playlist of ours, in which the I-frame line of a variant follows it, and moves with it. */
export const readMaster = (text: string): Master => {
  const pieces = entriesOf(text, 'EXT-X-STREAM-INF', variantOf)
  return pieces.map((piece, i) => {
    if (isVariant(piece)) return { ...piece, text: piece.text + iFramesIn(pieces[i + 1]) }
    return typeof pieces[i - 1] === 'object' ? piece.slice(iFramesIn(piece).length) : piece
  })
}

/**
 * Filters the variants of a master playlist and sorts them as in http-api.md §5.3. The cache has one complete
 * playlist for each file, never one for each filter (§5.2). Text between variants stays in its place.
 */
export const filterMaster = (master: Master, filter: MobileFilter): string => {
  const listed = putStartVariantFirst(filterVariants(master.filter(isVariant), filter), filter.size)
  const texts = listed.map(({ text }) => text).values()
  return master.map((piece) => (isVariant(piece) ? (texts.next().value ?? '') : piece)).join('')
}
