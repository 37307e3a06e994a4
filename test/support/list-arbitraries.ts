import fc from 'fast-check'
import { signJson } from '../../src/domain/access/sign-json.ts'
import type { UrlSignature } from '../../src/domain/access/signature.ts'
import { toDashManifest } from '../../src/domain/dash/dash-manifest.ts'
import { signDash } from '../../src/domain/dash/sign-dash.ts'
import { toMasterPlaylist } from '../../src/domain/hls/master-playlist.ts'
import { toMediaPlaylist } from '../../src/domain/hls/media-playlist.ts'
import { signM3u8 } from '../../src/domain/hls/sign-m3u8.ts'
import type { ContentFile, ContentPart, VodParts } from '../../src/domain/media/content-export.ts'
import type { ContentExportUid, ContentPartUid } from '../../src/domain/media/ids.ts'
import { toWebPlaylist } from '../../src/domain/playlist/web-playlist.ts'
import { O } from '../../src/fp.ts'
import { anyList, listOfChildren } from './m3u8-arbitraries.ts'
import { contentFile, vodParts } from './vod-arbitraries.ts'

// Arbitrary lists (playlists and manifests) of every kind, and tokens to presign them with.

export const publicUrl = 'https://media.example.com'

export type UnsignedList = {
  readonly format: 'm3u8' | 'json' | 'dash'
  readonly text: string
  readonly sign: (text: string, how: UrlSignature) => string
}

export const m3u8List = (text: string): UnsignedList => ({ format: 'm3u8', text, sign: signM3u8 })
export const jsonList = (text: string): UnsignedList => ({
  format: 'json',
  text,
  sign: (unsigned, how) => signJson(unsigned, publicUrl, how),
})
export const dashList = (text: string): UnsignedList => ({ format: 'dash', text, sign: signDash })

/** The manifest of a film, with those of its exports that have segments. */
const dashOfFile = (file: ContentFile, vods: ReadonlyArray<VodParts>): UnsignedList =>
  dashList(
    O.getOrElse(() => '<MPD></MPD>\n')(
      toDashManifest(
        file,
        file.exports.flatMap(({ uid }, index) => {
          const vod = vods[index]
          return vod === undefined ? [] : [{ ...vod, exportUid: uid }]
        }),
      ),
    ),
  )

const manifest = fc
  .record({ file: contentFile(), vods: fc.array(vodParts(8), { minLength: 8, maxLength: 8 }) })
  .map(({ file, vods }) => dashOfFile(file, vods))

const masterOf = (file: ContentFile): UnsignedList =>
  m3u8List(O.getOrElse(() => '#EXTM3U\n')(toMasterPlaylist(file)))

/** Lists of every kind that Larder writes, and m3u8 as other software writes it. */
export const unsignedList = (): fc.Arbitrary<UnsignedList> =>
  fc.oneof(
    vodParts(60).map((vod) => m3u8List(toMediaPlaylist(vod))),
    contentFile().map(masterOf),
    contentFile().map((file) => jsonList(toWebPlaylist(file, publicUrl))),
    manifest,
    listOfChildren.map(({ text }) => m3u8List(text)),
    anyList.map(m3u8List),
  )

const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.']

export const tokenOfLength = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: length, maxLength: length })

/** Any sequence of characters that occur in JWTs. */
export const anyToken = (): fc.Arbitrary<string> => fc.integer({ min: 1, max: 800 }).chain(tokenOfLength)

/** Returns incompressible characters, always the same ones for a length. */
export const incompressibleText = (length: number): string =>
  fc.sample(tokenOfLength(length), { numRuns: 1, seed: length }).join('')

/** Returns a media playlist in Larder's form, with random uids. */
export const longPlaylist = (parts: number): UnsignedList => {
  const uids = incompressibleText(22 * (parts + 1)).replaceAll('.', 'o')
  const uidAt = (position: number) => uids.slice(22 * position, 22 * (position + 1))
  const part = (position: number): ContentPart => ({
    uid: `cfep_${uidAt(position)}` as ContentPartUid,
    role: position === 0 ? 'init' : 'media',
    position,
    contentType: 'video/mp4',
    durationTicks: position === 0 ? 0 : 72_072 + (position % 3) * 512,
    timescale: 12_000,
  })
  return m3u8List(
    toMediaPlaylist({
      exportUid: 'cfe_x' as ContentExportUid,
      targetDuration: 6,
      parts: Array.from({ length: parts + 1 }, (_, position) => part(position)),
    }),
  )
}
