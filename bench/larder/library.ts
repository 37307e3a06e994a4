import { randomBytes } from 'node:crypto'
import type { Larder } from '../../src/composition/larder.ts'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { withNewLibrary } from '../../src/composition/with-services.ts'
import type { MediaKind } from '../../src/domain/media/media-kind.ts'
import { E } from '../../src/fp.ts'
import {
  aNewContentExport,
  aNewContentFile,
  aNewContentPart,
  aNewFileJob,
} from '../../test/support/builders.ts'
import { right } from '../../test/support/expect-right.ts'
import { seedImage, storeBytes } from '../../test/support/library.ts'

/** A request to Larder: its path and its credentials. */
export type Target = { readonly path: string; readonly headers: Readonly<Record<string, string>> }

/** The targets of the bench's library. */
export type Library = {
  /** JSON playlist of an image with four exports. */
  readonly imagePlaylist: Target
  /** An image of 40 KB. */
  readonly image: Target
  /** Master playlist (m3u8) of seven exports. */
  readonly master: Target
  /** The same master playlist, signed by query for each of twelve viewers. */
  readonly masters: ReadonlyArray<Target>
  /** Media playlist (m3u8) of 1,010 segments, signed by query for each of twelve viewers. */
  readonly longLists: ReadonlyArray<Target>
  /** A segment of 1.35 MB. */
  readonly part: Target
  /** Videos of 20 MB each. */
  readonly videos: ReadonlyArray<Target>
}

const imageSizes = [40_000, 120_000, 16_000, 5_000]
const heights = [240, 360, 480, 720, 1080, 1440]
const partBytes = 1_350_000
const videoBytes = 20_000_000
const day = 86_400
const manyParts = 1010
const viewers = 12

/** Seeds a library below `dataDir`: rows through the repositories, bytes through the store. */
export const seedLibrary = (dataDir: string, videos: number): Promise<Library> => {
  const config = loadSettings({ DATA_DIR: dataDir })
  if (E.isLeft(config)) throw new Error(config.left.join('\n'))
  return withNewLibrary(config.right, async (larder) => {
    await right(larder.database.migrate)
    return { ...(await seedImageFile(larder)), ...(await seedVideos(larder, videos)) }
  })
}

const authorization = async (larder: Larder, kind: MediaKind, uid: string): Promise<Target['headers']> => ({
  Authorization: `bearer ${await right(larder.tokens.mint(kind, uid, day))}`,
})

const seedImageFile = async (larder: Larder): Promise<Pick<Library, 'imagePlaylist' | 'image'>> => {
  const bodies = imageSizes.map((size) => randomBytes(size))
  const { uid, exports } = await seedImage(larder, bodies)
  const headers = await authorization(larder, 'image', uid)
  return {
    imagePlaylist: { path: `/api/1/image_files/playlist/${uid}`, headers },
    image: { path: `/api/1/image_files/image/${exports[0]?.uid}.webp`, headers },
  }
}

/** Seeds a content file with renditions of one segment each, and with `videos` whole MP4s. */
const seedVideos = async (
  larder: Larder,
  videos: number,
): Promise<Omit<Library, 'imagePlaylist' | 'image'>> => {
  const partOf = async (bytes: number) =>
    aNewContentPart({ file: await storeBytes(larder, randomBytes(bytes), 'video/mp4') })
  const renditions = await Promise.all(
    heights.map(async (height) =>
      aNewContentExport({
        video: { width: Math.round(height / 9) * 16, height, frameRate: { num: 24, den: 1 } },
        bandwidth: height * 3000,
        parts: [await partOf(partBytes)],
      }),
    ),
  )
  const whole = await Promise.all(
    Array.from({ length: videos }, async () =>
      aNewContentExport({ format: 'mp4', targetDuration: null, parts: [await partOf(videoBytes)] }),
    ),
  )
  // These segments are never requested, so they have rows but no bytes.
  const long = aNewContentExport({
    parts: Array.from({ length: manyParts }, (_, position) => aNewContentPart({ position })),
  })
  const file = aNewContentFile()
  await right(larder.contentFiles.add(file, aNewFileJob()))
  await right(larder.contentFiles.addExports(file.uid, [...renditions, long, ...whole], null))

  const headers = await authorization(larder, 'content', file.uid)
  const [part, ...others] = [...renditions.slice(0, 1), ...whole].map(({ parts: [first] }) => ({
    path: `/api/1/content_files/exports/parts/${first?.uid}.mp4`,
    headers,
  }))
  const jwts = await Promise.all(
    Array.from({ length: viewers }, (_, n) => right(larder.tokens.mint('content', file.uid, day + n))),
  )
  if (part === undefined) throw new Error('a library without a part')
  const master = `content_files/${file.uid}/mobile.m3u8`
  return {
    master: { path: `/api/1/${master}`, headers },
    masters: jwts.map((jwt) => ({ path: `/api/1/${master}?jwt=${jwt}`, headers: {} })),
    longLists: jwts.map((jwt) => ({
      path: `/api/1/content_files/exports/${long.uid}.m3u8?jwt=${jwt}`,
      headers: {},
    })),
    part,
    videos: others,
  }
}
