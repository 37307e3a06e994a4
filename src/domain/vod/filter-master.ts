import { attributeOf, type Line, linesOf } from '../hls/m3u8-lines.ts'
import { type Choice, filterVariants } from './filter-variants.ts'
import type { MobileFilter } from './mobile-filter.ts'
import type { Size } from './size-comparison.ts'

/** A variant as it stands in a master playlist. */
export type ListedVariant = Choice & {
  readonly uri: string
  /** The numbers of its two lines. */
  readonly lines: ReadonlyArray<number>
}

const sizeOf = (resolution: string | undefined): Size | null => {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(resolution ?? '') ?? []
  return width === undefined || height === undefined ? null : { width: Number(width), height: Number(height) }
}

const variantsIn = (lines: ReadonlyArray<Line>): ReadonlyArray<ListedVariant> =>
  lines.flatMap((line, i) => {
    if (line.tag !== 'EXT-X-STREAM-INF') return []
    const uriLine = lines.find(({ uri }, j) => j > i && uri !== null)
    return {
      bandwidth: Number(attributeOf(line, 'BANDWIDTH')),
      size: sizeOf(attributeOf(line, 'RESOLUTION')),
      uri: uriLine?.uri ?? '',
      lines: uriLine === undefined ? [line.number] : [line.number, uriLine.number],
    }
  })

/** The master playlist with those variants alone that `select` hands back; all other lines stay. */
export const selectVariants = (
  master: string,
  select: (variants: ReadonlyArray<ListedVariant>) => ReadonlyArray<ListedVariant>,
): string => {
  const lines = linesOf(master)
  const variants = variantsIn(lines)
  const kept = new Set(select(variants))
  const dropped = new Set(
    variants.filter((variant) => !kept.has(variant)).flatMap((variant) => variant.lines),
  )
  return lines
    .filter(({ number }) => !dropped.has(number))
    .map(({ text }) => text)
    .join('')
}

/**
 * Filters a master playlist by its text: what the cache holds is the whole list, once a file, and never one list
 * for each thing that a viewer may ask (wire.md §5.2). Its order is the right one already.
 */
export const filterMaster = (master: string, filter: MobileFilter): string =>
  selectVariants(master, (variants) => filterVariants(variants, filter))
