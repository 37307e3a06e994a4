import type { Size } from '../media/size-comparison.ts'
import { filterVariants, type SelectableVariant } from './filter-variants.ts'
import { attributeValue, type M3u8Line } from './m3u8-lines.ts'
import type { MobileFilter } from './mobile-filter.ts'
import { splitPlaylistEntries } from './split-playlist.ts'
import { putStartVariantFirst } from './start-variant.ts'

/** A variant in a master playlist. */
type ParsedVariant = SelectableVariant & {
  readonly uri: string
  /** The audio group of the variant; `null` if it has no separate audio. */
  readonly audioGroup: string | null
  /** The lines from EXT-X-STREAM-INF to the URI, and the line of the I-frame playlist after the URI. */
  readonly text: string
}

/**
 * A parsed master playlist: its variants and the text between them, in order. Parsing costs ten times as much
 * as filtering, so a caller that filters one playlist often should cache the parsed form.
 */
export type ParsedMasterPlaylist = ReadonlyArray<string | ParsedVariant>

const sizeOf = (resolution: string | undefined): Size | null => {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(resolution ?? '') ?? []
  return width === undefined || height === undefined ? null : { width: Number(width), height: Number(height) }
}

const variantOf = (head: M3u8Line, uri: string, text: string): ParsedVariant => ({
  bandwidth: Number(attributeValue(head, 'BANDWIDTH')),
  size: sizeOf(attributeValue(head, 'RESOLUTION')),
  uri,
  audioGroup: attributeValue(head, 'AUDIO') ?? null,
  text,
})

export const isParsedVariant = (piece: string | ParsedVariant): piece is ParsedVariant =>
  typeof piece !== 'string'

const iFramesIn = (piece: string | ParsedVariant | undefined): string =>
  typeof piece === 'string' ? (/^(?:#EXT-X-I-FRAME-STREAM-INF:.*\n?)*/.exec(piece)?.[0] ?? '') : ''

/**
 * Parses a master playlist that Larder wrote. The I-frame line after a variant becomes part of the variant's
 * text, so that both lines are removed or moved together.
 */
export const parseMasterPlaylist = (text: string): ParsedMasterPlaylist => {
  const pieces = splitPlaylistEntries(text, 'EXT-X-STREAM-INF', variantOf)
  return pieces.map((piece, i) => {
    if (isParsedVariant(piece)) return { ...piece, text: piece.text + iFramesIn(pieces[i + 1]) }
    return typeof pieces[i - 1] === 'object' ? piece.slice(iFramesIn(piece).length) : piece
  })
}

/**
 * Filters the variants of a master playlist and sorts them as in http-api.md §5.3. Filtering is done per
 * request: the cache has one complete playlist for each file, never one for each filter (§5.2). The text
 * between variants is not moved.
 */
export const filterMasterPlaylist = (master: ParsedMasterPlaylist, filter: MobileFilter): string => {
  const listed = putStartVariantFirst(filterVariants(master.filter(isParsedVariant), filter), filter.size)
  const texts = listed.map(({ text }) => text).values()
  return master.map((piece) => (isParsedVariant(piece) ? (texts.next().value ?? '') : piece)).join('')
}
