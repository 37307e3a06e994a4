import type { LeftOut } from '../../../domain/ingest/plan/left-out.ts'
import type { SourceImageFormat } from '../../../domain/ingest/sniff.ts'
import { heifLeftOut } from './heif-header.ts'
import { jpegLeftOut } from './jpeg-left-out.ts'
import type { ReadAt } from './read-at.ts'
import { hasUnspecifiedChannel } from './tiff-header.ts'

/** Lists what a file holds beside its image. `readWhole` returns `null` for a file that is too large for that. */
export const readLeftOut = async (
  format: SourceImageFormat,
  readAt: ReadAt,
  readWhole: () => Promise<Buffer | null>,
): Promise<ReadonlyArray<LeftOut>> => {
  if (format === 'AVIF') return heifLeftOut(readAt)
  if (format === 'TIFF') return (await hasUnspecifiedChannel(readAt)) ? ['channels'] : []
  if (format !== 'JPEG') return []
  const bytes = await readWhole()
  return bytes === null ? [] : jpegLeftOut(bytes)
}
