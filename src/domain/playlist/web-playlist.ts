import { apiUrl } from '../access/public-urls.ts'
import type { ContentExport, ContentFile, FrameRate } from '../media/content-export.ts'
import { ascendingBy } from '../shared/order.ts'
import type { WebEntryJson, WebPlaylistJson } from './playlist-json.ts'

const lightestFirst = ascendingBy<ContentExport>(
  (e) => e.bandwidth,
  (e) => e.uid,
)

/** Returns frames per second, to three decimals; `null` if the rate is unknown. */
const roundedRate = ({ num, den }: FrameRate): number | null =>
  num > 0 && den > 0 ? Math.round((num / den) * 1000) / 1000 : null

/** Returns the JSON playlist of the mp4 exports of a file, with absolute unsigned URLs (http-api.md §5.1). */
export const toWebPlaylist = (file: ContentFile, publicUrl: string): string => {
  const parts = `${apiUrl(publicUrl)}/content_files/exports/parts`
  const exportOf = (e: ContentExport): WebEntryJson => ({
    url: `${parts}/${e.firstPartUid}.mp4`,
    format: 'mp4',
    bandwidth: e.bandwidth,
    codecs: e.codecs,
    width: e.video?.width ?? null,
    height: e.video?.height ?? null,
    frame_rate: e.video === null ? null : roundedRate(e.video.frameRate),
    file_size: e.fileSize,
    format_parameters: {},
    quality_parameters: e.qualityParameters,
  })
  const progressive = file.exports.filter(({ format }) => format === 'mp4').sort(lightestFirst)
  const playlist: WebPlaylistJson = {
    exports: progressive.map(exportOf),
    duration_seconds: file.durationSeconds,
  }
  return JSON.stringify(playlist)
}
