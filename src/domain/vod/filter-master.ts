import { entriesOf } from '../hls/entries.ts'
import { attributeOf, type Line } from '../hls/m3u8-lines.ts'
import { type Choice, filterVariants } from './filter-variants.ts'
import type { MobileFilter } from './mobile-filter.ts'
import type { Size } from './size-comparison.ts'

/** A variant as it stands in a master playlist. */
export type ListedVariant = Choice & {
  readonly uri: string
  /** The group that its sound is in, when that is not in itself. */
  readonly soundGroup: string | null
  /** From its EXT-X-STREAM-INF up to and with its URI, and the line of its key pictures behind it. */
  readonly text: string
}

/**
 * A master playlist, read: its variants and the text between them, in order. Reading costs ten times as much as
 * selecting, so who filters one list often keeps this.
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

/** The text of a master playlist with those variants alone that `select` hands back; all else stays. */
export const selectVariants = (
  master: Master,
  select: (variants: ReadonlyArray<ListedVariant>) => ReadonlyArray<ListedVariant>,
): string => {
  const kept = new Set(select(master.filter(isVariant)))
  return master.map((piece) => (isVariant(piece) ? (kept.has(piece) ? piece.text : '') : piece)).join('')
}

/**
 * Filters a master playlist by its text: what the cache holds is the whole list, once a file, and never one list
 * for each thing that a viewer may ask (http-api.md §5.2). Its order is the right one already.
 */
export const filterMaster = (master: Master, filter: MobileFilter): string =>
  selectVariants(master, (variants) => filterVariants(variants, filter))
