import type { ContentPartFile } from '../media/content-export.ts'
import type { PartFacts } from './restrictions.ts'

/** Returns the properties of a segment on which restrictions depend. */
export const toPartFacts = (part: ContentPartFile): PartFacts => {
  const { contentFileExportUid: uid, height, format, startSeconds: start, endSeconds: end } = part
  return { uid, height, format, span: start === null || end === null ? null : { start, end } }
}
