import type { Cicp } from '../../../domain/colour/cicp.ts'
import { type ColourTags, noColourTags } from '../../../domain/colour/source-colour.ts'
import type { LeftOut } from '../../../domain/ingest/plan/left-out.ts'
import { av1Colour } from './av1-colour.ts'
import { boxData, type HeifBox, heifBoxesIn } from './heif-boxes.ts'
import {
  firstGridTile,
  heifItemOffset,
  heifItemTypes,
  heifPropertiesOf,
  primaryHeifItem,
} from './heif-item.ts'
import type { ReadAt } from './read-at.ts'

/**
 * Maximum size of a `meta` box in bytes. A grid of a thousand tiles needs 50 KB, and ICC profiles may need
 * megabytes.
 */
const maxMetaBytes = 8 * 1024 ** 2

type BoxPlace = { readonly type: string; readonly position: number; readonly size: number }

/** Lists the boxes of a file, without reading their contents. */
export async function* topLevelBoxes(readAt: ReadAt): AsyncGenerator<BoxPlace> {
  let position = 0
  for (let i = 0; i < 100; i += 1) {
    const head = await readAt(position, 16)
    if (head.length < 8) break
    const size = head.readUInt32BE(0)
    yield { type: head.toString('latin1', 4, 8), position, size }
    const length = size === 1 && head.length === 16 ? Number(head.readBigUInt64BE(8)) : size
    if (length < 8) break
    position += length
  }
}

/** Returns the boxes in the `meta` box of a file. */
const readMeta = async (readAt: ReadAt): Promise<ReadonlyArray<HeifBox>> => {
  for await (const { type, position, size } of topLevelBoxes(readAt))
    if (type === 'meta' && size >= 12 && size <= maxMetaBytes)
      return heifBoxesIn(await readAt(position + 12, size - 12))
  return []
}

const nclxIn = (properties: ReadonlyArray<HeifBox>): Cicp | null => {
  const colr = properties.find(
    ({ type, data }) => type === 'colr' && data.toString('latin1', 0, 4) === 'nclx',
  )
  return colr === undefined || colr.data.length < 8
    ? null
    : { primaries: colr.data.readUInt16BE(4), transfer: colr.data.readUInt16BE(6) }
}

/**
 * Returns the peak luminance in nits. Prefers the luminance of the content (`clli`, in nits) to that of the
 * display (`mdcv`, in units of 0.0001 nits).
 */
const peakIn = (properties: ReadonlyArray<HeifBox>): number | null => {
  const clli = boxData(properties, 'clli')
  const mdcv = boxData(properties, 'mdcv')
  const content = clli === undefined || clli.length < 4 ? 0 : clli.readUInt16BE(0)
  const display = mdcv === undefined || mdcv.length < 20 ? 0 : mdcv.readUInt32BE(16) / 10_000
  return content > 0 ? content : display > 0 ? display : null
}

/**
 * Reads the colour tags of the primary image. If the image is a grid without colour tags, reads them from its
 * first tile.
 */
export const readHeifHeader = async (readAt: ReadAt, hasIccProfile: boolean): Promise<ColourTags> => {
  const meta = await readMeta(readAt)
  const primary = primaryHeifItem(meta)
  if (primary === null) return { ...noColourTags, container: 'heif', hasIccProfile }
  const tile = firstGridTile(meta, primary) ?? primary
  const [own, ofTile] = [heifPropertiesOf(meta, primary), heifPropertiesOf(meta, tile)]
  const offset = heifItemOffset(meta, tile)
  const inBitstream = async () => (offset === null ? null : av1Colour(await readAt(offset, 256)))
  return {
    ...noColourTags,
    container: 'heif',
    hasIccProfile,
    cicp: nclxIn(own) ?? nclxIn(ofTile) ?? (await inBitstream()),
    peakNits: peakIn(own) ?? peakIn(ofTile),
  }
}

/** Type of a derived image that applies a gain map (ISO/IEC 23008-12, `tmap`). */
const toneMapped = 'tmap'

/**
 * Lists the contents of a file that no export shows: the video of a motion photo (an `mpvd` box), a gain
 * map, or a depth map (an auxiliary image).
 */
export const heifLeftOut = async (readAt: ReadAt): Promise<ReadonlyArray<LeftOut>> => {
  const found: LeftOut[] = []
  for await (const { type } of topLevelBoxes(readAt)) if (type === 'mpvd') found.push('video')
  const meta = await readMeta(readAt)
  if (heifItemTypes(meta).includes(toneMapped)) found.push('gainMap')
  const properties = heifBoxesIn(
    boxData(heifBoxesIn(boxData(meta, 'iprp') ?? Buffer.alloc(0)), 'ipco') ?? Buffer.alloc(0),
  )
  const isDepthMap = ({ type, data }: HeifBox): boolean =>
    type === 'auxC' && /:depth|auxid:2\0/.test(data.toString('latin1'))
  return properties.some(isDepthMap) ? [...found, 'depthMap'] : found
}
