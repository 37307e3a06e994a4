import type { VodParts } from '../media/content-export.ts'
import { formatMediaPlaylist } from './format-media-playlist.ts'

/** Returns the media playlist of an export (http-api.md §5.6). */
export const toMediaPlaylist = ({ targetDuration, parts }: VodParts): string =>
  formatMediaPlaylist({
    targetDuration,
    parts,
    features: ['decimalDurations'],
    mapFeature: 'map',
    kindTag: '#EXT-X-INDEPENDENT-SEGMENTS',
    entries: parts
      .filter(({ role }) => role === 'media')
      .map((part) => ({
        part,
        durationTicks: part.durationTicks,
        timescale: part.timescale,
        byteRange: null,
      })),
  })
