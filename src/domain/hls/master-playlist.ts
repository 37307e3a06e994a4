import { O } from '../../fp.ts'
import type { ContentExport, ContentFile, FrameRate } from '../media/content-export.ts'
import { attributeList, decimalInteger, quotedString } from './attributes.ts'
import { lowestHlsVersion } from './hls-version.ts'
import { type Variant, variantsOf } from './variants.ts'

const audioGroup = quotedString('sound')

/** URI relative to the playlist's path, `/api/1/content_files/{cf}/mobile.m3u8` (http-api.md §5.5). */
const uriOf = ({ uid }: ContentExport): string => `../exports/${uid}.m3u8`

const frameRateOf = ({ num, den }: FrameRate): string | null => {
  const rate = num / den
  return Number.isFinite(rate) && rate > 0 ? rate.toFixed(3) : null
}

const mediaLine = (audioExport: ContentExport): string =>
  `#EXT-X-MEDIA:${attributeList({
    TYPE: 'AUDIO',
    'GROUP-ID': audioGroup,
    NAME: quotedString('Sound'),
    DEFAULT: 'YES',
    AUTOSELECT: 'YES',
    CHANNELS: audioExport.audio === null ? null : quotedString(decimalInteger(audioExport.audio.channels)),
    URI: quotedString(uriOf(audioExport)),
  })}`

const variantLines = (variant: Variant): ReadonlyArray<string> => [
  `#EXT-X-STREAM-INF:${attributeList({
    BANDWIDTH: decimalInteger(variant.bandwidth),
    'AVERAGE-BANDWIDTH': decimalInteger(variant.averageBandwidth),
    CODECS: variant.codecs.length === 0 ? null : quotedString(variant.codecs.join(',')),
    RESOLUTION: variant.resolution,
    'FRAME-RATE': variant.frameRate === null ? null : frameRateOf(variant.frameRate),
    AUDIO: variant.usesAudioGroup ? audioGroup : null,
    // Without this attribute, Shaka searches three segments for captions before it starts, and Apple's
    // players list captions that do not exist.
    'CLOSED-CAPTIONS': 'NONE',
  })}`,
  uriOf(variant.export),
]

/**
 * An I-frame stream has no audio, and no frame rate, because the player chooses the speed (RFC 8216bis
 * §4.4.6.3).
 */
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
 * Returns the master playlist of a file (RFC 8216bis §4.4.6, http-api.md §5.2): all variants, each followed
 * by its I-frame stream. The playlist is unsigned and unfiltered, and its URIs are relative. Returns `none`
 * if no export is segmented.
 */
export const toMasterPlaylist = (file: ContentFile): O.Option<string> => {
  const { audio, variants } = variantsOf(file)
  if (variants.length === 0) return O.none

  // Every media playlist has decimal durations. The master playlist declares at least the version that these
  // need.
  const version = lowestHlsVersion(
    audio === null ? ['decimalDurations'] : ['decimalDurations', 'renditionGroups'],
  )
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${version}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(audio === null ? [] : [mediaLine(audio)]),
    ...variants.flatMap((variant) => [...variantLines(variant), ...iFrameLines(variant)]),
  ]
  return O.some(`${lines.join('\n')}\n`)
}
