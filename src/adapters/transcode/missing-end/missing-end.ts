import type { MediaFacts } from '../../../domain/ingest/plan/media-plan.ts'
import { ASF, CAF, type FormatReaders, readByFormat, WAVE, WAVE64 } from '../formats.ts'
import { sourceLimits } from '../source-bytes.ts'
import { asfMissingEnd } from './asf-missing-end.ts'
import { aviMissingEnd } from './avi-missing-end.ts'
import { cafMissingEnd, wave64MissingEnd, waveMissingEnd } from './sound-missing-end.ts'

/** What the header of a file states, if the file is shorter than this header states. */
export type MissingEnd = {
  /** Duration in seconds of the complete file. */
  readonly seconds: number
  /**
   * Whether the header states both the size and the duration of the file. If both are greater than what is
   * there, the file is cut off. A size alone may be wrong in a complete file: some recorders write it before
   * they record.
   */
  readonly isCutOff: boolean
}

/**
 * Formats whose demuxers do not report that the end of a file is missing. They estimate the duration from the
 * size of what is there.
 */
const READERS: FormatReaders<MissingEnd | null> = [
  ['AVI ', 8, aviMissingEnd],
  [...WAVE, waveMissingEnd],
  [...WAVE64, wave64MissingEnd],
  [...CAF, cafMissingEnd],
  [...ASF, asfMissingEnd],
]

/**
 * Returns what the header states about a file whose end is missing. Returns `null` if the file is complete,
 * if its header does not state its size, and for other formats.
 */
export const readMissingEnd = async (
  path: string,
  signal: AbortSignal,
  limits = sourceLimits,
): Promise<MissingEnd | null> => {
  const missing = await readByFormat(READERS, path, signal, { otherwise: null, limits })
  return missing !== null && Number.isFinite(missing.seconds) && missing.seconds > 0 ? missing : null
}

/** Replaces the estimated duration of a file whose end is missing by the one that its header states. */
export const withStatedSeconds = async (
  facts: MediaFacts,
  path: string,
  signal: AbortSignal,
): Promise<MediaFacts> => {
  const missing = await readMissingEnd(path, signal)
  return missing === null ? facts : { ...facts, declaredSeconds: missing.seconds }
}
