import type { ContentExport, ContentFile, FrameRate } from '../media/content-export.ts'
import { ascendingBy } from '../shared/order.ts'

/** What a player may choose: an export, with the sound that goes with it. */
export type Variant = {
  readonly export: ContentExport
  /** Peak and average bits per second of all that is played together. */
  readonly bandwidth: number
  readonly averageBandwidth: number
  /** RFC 6381, of all that is played together, each once. */
  readonly codecs: ReadonlyArray<string>
  readonly resolution: string | null
  readonly frameRate: FrameRate | null
  /** Whether its sound is an export of its own, `Variants.sound`. */
  readonly withSound: boolean
}

export type Variants = {
  /** The sound of all pictures that have none in themselves. */
  readonly sound: ContentExport | null
  /** By falling bandwidth, then uid; of equal bandwidth and resolution the first alone (http-api.md §5.3). */
  readonly variants: ReadonlyArray<Variant>
}

const best = ascendingBy<ContentExport>(
  (e) => -e.bandwidth,
  (e) => e.uid,
)

const variantOf = (picture: ContentExport, sound: ContentExport | null): Variant => {
  const { video } = picture
  return {
    export: picture,
    bandwidth: picture.bandwidth + (sound?.bandwidth ?? 0),
    averageBandwidth: picture.averageBandwidth + (sound?.averageBandwidth ?? 0),
    codecs: [...new Set([...picture.codecs, ...(sound?.codecs ?? [])])],
    resolution: video === null ? null : `${video.width}x${video.height}`,
    frameRate: video?.frameRate ?? null,
    withSound: sound !== null,
  }
}

const firstOfEach = <A>(all: ReadonlyArray<A>, likenessOf: (a: A) => string): ReadonlyArray<A> => {
  const firsts = new Map<string, A>()
  for (const a of all) if (!firsts.has(likenessOf(a))) firsts.set(likenessOf(a), a)
  return [...firsts.values()]
}

/**
 * The ways in which a file can be played in parts. Renditions of one group must differ in content, not in
 * encoding (RFC 8216bis §4.4.6.1.1), so a film's pictures all go with its best sound; every sound is also a
 * variant by itself, for those who have no bandwidth for pictures.
 */
export const variantsOf = (file: ContentFile): Variants => {
  const inParts = file.exports.filter(({ format }) => format === 'm3u8')
  const sounds = inParts.filter(({ video, audio }) => video === null && audio !== null).sort(best)
  const needsSound = ({ video, audio }: ContentExport) => video !== null && audio === null
  const sound = inParts.some(needsSound) ? (sounds[0] ?? null) : null

  const sorted = inParts
    .map((e) => variantOf(e, needsSound(e) ? sound : null))
    .sort(
      ascendingBy(
        (v) => -v.bandwidth,
        (v) => v.export.uid,
      ),
    )
  return { sound, variants: firstOfEach(sorted, (v) => `${v.bandwidth} ${v.resolution}`) }
}
