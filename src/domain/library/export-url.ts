import { apiUrl } from '../access/public-urls.ts'
import type { MediaKind } from '../media/media-kind.ts'
import type { MediaExport } from './media-item.ts'

/** Returns the public URL of an export, without a token: of its bytes, or of its media playlist. */
export const exportUrl = (
  publicUrl: string,
  kind: MediaKind,
  { uid, format, firstPartUid }: Pick<MediaExport, 'uid' | 'format' | 'firstPartUid'>,
): string => {
  const api = apiUrl(publicUrl)
  if (kind === 'image') return `${api}/image_files/image/${uid}.${format}`
  return format === 'mp4' && firstPartUid !== null
    ? `${api}/content_files/exports/parts/${firstPartUid}.mp4`
    : `${api}/content_files/exports/${uid}.m3u8`
}
