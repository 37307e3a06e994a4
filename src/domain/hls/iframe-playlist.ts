import { O } from '../../fp.ts'
import {
  everyPartHasKeyframes,
  type PartWithKeyframes,
  type VodPartsWithKeyframes,
} from '../media/content-export.ts'
import { formatMediaPlaylist, type MediaPlaylistEntry } from './format-media-playlist.ts'

const entriesOf = (part: PartWithKeyframes): ReadonlyArray<MediaPlaylistEntry> =>
  part.keyframes.map(({ offset, length, durationTicks }) => ({
    part,
    durationTicks,
    timescale: part.timescale,
    byteRange: `${length}@${offset}`,
  }))

/**
 * Returns the I-frame playlist of an export (RFC 8216bis §4.4.3.6): each keyframe is listed as a byte range
 * of its segment, and is shown until the next keyframe. Returns `none` if keyframes do not cover the whole
 * export, as for audio.
 */
export const toIFramePlaylist = ({ targetDuration, parts }: VodPartsWithKeyframes): O.Option<string> => {
  const media = parts.filter(({ role }) => role === 'media')
  if (!everyPartHasKeyframes(media)) return O.none
  return O.some(
    formatMediaPlaylist({
      targetDuration,
      parts,
      features: ['decimalDurations', 'byteRanges', 'iFramesOnly'],
      mapFeature: 'mapInIFrames',
      kindTag: '#EXT-X-I-FRAMES-ONLY',
      entries: media.flatMap(entriesOf),
    }),
  )
}
