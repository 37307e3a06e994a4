import type { LeftOut } from '../../../domain/ingest/plan/left-out.ts'
import type { SourceImageFormat } from '../../../domain/ingest/sniff.ts'
import { heifLeftOut } from './heif-header.ts'
import { jpegLeftOut } from './jpeg-left-out.ts'
import type { ReadAt } from './read-at.ts'
import { hasUnspecifiedChannel } from './tiff-header.ts'

/** Lists the contents of a file other than its image. `readWhole` returns `null` if the file is too large. */
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
