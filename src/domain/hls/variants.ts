import type { ContentExport, ContentFile, FrameRate } from '../media/content-export.ts'
import { ascendingBy } from '../shared/order.ts'

/** An export that a player can choose, with the audio that belongs to it. */
export type Variant = {
  readonly export: ContentExport
  /** Peak and average bit rate of video and audio together, in bits per second. */
  readonly bandwidth: number
  readonly averageBandwidth: number
  /** Codec strings (RFC 6381) of video and audio together, without duplicates. */
  readonly codecs: ReadonlyArray<string>
  readonly resolution: string | null
  readonly frameRate: FrameRate | null
  /** Whether the audio is in a separate export, which is `Variants.audio`. */
  readonly usesAudioGroup: boolean
}

type Variants = {
  /** The audio export that is played with all video exports that contain no audio. */
  readonly audio: ContentExport | null
  /**
   * All variants, ordered by descending bandwidth, then by uid. Of variants with equal bandwidth and
   * resolution only the first is listed (http-api.md §5.3).
   */
  readonly variants: ReadonlyArray<Variant>
}

const best = ascendingBy<ContentExport>(
  (e) => -e.bandwidth,
  (e) => e.uid,
)

const variantOf = (main: ContentExport, sharedAudio: ContentExport | null): Variant => {
  const { video } = main
  return {
    export: main,
    bandwidth: main.bandwidth + (sharedAudio?.bandwidth ?? 0),
    averageBandwidth: main.averageBandwidth + (sharedAudio?.averageBandwidth ?? 0),
    codecs: [...new Set([...main.codecs, ...(sharedAudio?.codecs ?? [])])],
    resolution: video === null ? null : `${video.width}x${video.height}`,
    frameRate: video?.frameRate ?? null,
    usesAudioGroup: sharedAudio !== null,
  }
}

const firstOfEach = <A>(all: ReadonlyArray<A>, groupKeyOf: (a: A) => string): ReadonlyArray<A> => {
  const firsts = new Map<string, A>()
  for (const a of all) if (!firsts.has(groupKeyOf(a))) firsts.set(groupKeyOf(a), a)
  return [...firsts.values()]
}

/**
 * Returns the variants of a file's segmented exports. Renditions of one group must differ in content, not in
 * encoding (RFC 8216bis §4.4.6.1.1), so all video exports share the best audio export. Every audio export is
 * also a variant by itself, for viewers without the bandwidth for video.
 */
export const variantsOf = (file: ContentFile): Variants => {
  const segmented = file.exports.filter(({ format }) => format === 'm3u8')
  const audioExports = segmented.filter(({ video, audio }) => video === null && audio !== null).sort(best)
  const lacksAudio = ({ video, audio }: ContentExport) => video !== null && audio === null
  const sharedAudio = segmented.some(lacksAudio) ? (audioExports[0] ?? null) : null

  const sorted = segmented
    .map((e) => variantOf(e, lacksAudio(e) ? sharedAudio : null))
    .sort(
      ascendingBy(
        (v) => -v.bandwidth,
        (v) => v.export.uid,
      ),
    )
  return { audio: sharedAudio, variants: firstOfEach(sorted, (v) => `${v.bandwidth} ${v.resolution}`) }
}
