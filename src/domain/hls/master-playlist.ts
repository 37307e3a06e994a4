import { O } from '../../fp.ts'
import type { ContentExport, ContentFile, FrameRate } from '../media/content-export.ts'
import { attributeList, decimalInteger, quotedString } from './attributes.ts'
import { type Variant, variantsOf } from './variants.ts'
import { lowestVersion } from './version.ts'

const soundGroup = quotedString('sound')

/** As resolved from the playlist's own place, `/api/1/content_files/{cf}/mobile.m3u8` (http-api.md §5.5). */
const uriOf = ({ uid }: ContentExport): string => `../exports/${uid}.m3u8`

const frameRateOf = ({ num, den }: FrameRate): string | null => {
  const rate = num / den
  return Number.isFinite(rate) && rate > 0 ? rate.toFixed(3) : null
}

const mediaLine = (sound: ContentExport): string =>
  `#EXT-X-MEDIA:${attributeList({
    TYPE: 'AUDIO',
    'GROUP-ID': soundGroup,
    NAME: quotedString('Sound'),
    DEFAULT: 'YES',
    AUTOSELECT: 'YES',
    CHANNELS: sound.audio === null ? null : quotedString(decimalInteger(sound.audio.channels)),
    URI: quotedString(uriOf(sound)),
  })}`

const variantLines = (variant: Variant): ReadonlyArray<string> => [
  `#EXT-X-STREAM-INF:${attributeList({
    BANDWIDTH: decimalInteger(variant.bandwidth),
    'AVERAGE-BANDWIDTH': decimalInteger(variant.averageBandwidth),
    CODECS: variant.codecs.length === 0 ? null : quotedString(variant.codecs.join(',')),
    RESOLUTION: variant.resolution,
    'FRAME-RATE': variant.frameRate === null ? null : frameRateOf(variant.frameRate),
    AUDIO: variant.withSound ? soundGroup : null,
  })}`,
  uriOf(variant.export),
]

/** Key pictures have no sound, and no rate: how fast they go by is up to the player (RFC 8216bis §4.4.6.3). */
const iFrameLines = ({ export: { uid, codecs, iFrames }, resolution }: Variant): ReadonlyArray<string> =>
  iFrames === null
    ? []
    : [
        `#EXT-X-I-FRAME-STREAM-INF:${attributeList({
          BANDWIDTH: decimalInteger(iFrames.bandwidth),
          'AVERAGE-BANDWIDTH': decimalInteger(iFrames.averageBandwidth),
          CODECS: codecs.length === 0 ? null : quotedString(codecs.join(',')),
          RESOLUTION: resolution,
          URI: quotedString(`../exports/${uid}.iframes.m3u8`),
        })}`,
      ]

/**
 * The master playlist of a file (RFC 8216bis §4.4.6, http-api.md §5.2): all its variants, unsigned and unfiltered,
 * with relative URIs; behind each variant that of its key pictures. `none` when it has no export in parts.
 */
export const toMasterPlaylist = (file: ContentFile): O.Option<string> => {
  const { sound, variants } = variantsOf(file)
  if (variants.length === 0) return O.none

  // Whoever cannot read decimal durations can play no child, so that is the least to ask for here too.
  const version = lowestVersion(
    sound === null ? ['decimalDurations'] : ['decimalDurations', 'renditionGroups'],
  )
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${version}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(sound === null ? [] : [mediaLine(sound)]),
    ...variants.flatMap((variant) => [...variantLines(variant), ...iFrameLines(variant)]),
  ]
  return O.some(`${lines.join('\n')}\n`)
}
