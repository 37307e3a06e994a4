import type { MediaFacts } from '../../../domain/ingest/plan/media-plan.ts'
import { type SourceBytes, sourceLimits, unlessBeyondLimits, withSourceBytes } from '../source-bytes.ts'
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
 * size of what is there. Each entry has a signature, the offset of the signature, and a reader.
 */
const FORMATS: ReadonlyArray<
  readonly [signature: string, offset: number, read: (bytes: SourceBytes) => Promise<MissingEnd | null>]
> = [
  ['AVI ', 8, aviMissingEnd],
  ['WAVE', 8, waveMissingEnd],
  ['riff\x2e\x91\xcf\x11', 0, wave64MissingEnd],
  ['caff', 0, cafMissingEnd],
  ['\x30\x26\xb2\x75\x8e\x66\xcf\x11', 0, asfMissingEnd],
]

/**
 * Returns what the header states about a file whose end is missing. Returns `null` if the file is complete,
 * if its header does not state its size, and for other formats.
 */
export const readMissingEnd = (
  path: string,
  signal: AbortSignal,
  limits = sourceLimits,
): Promise<MissingEnd | null> =>
  unlessBeyondLimits(
    withSourceBytes(
      path,
      signal,
      async (bytes) => {
        const head = (await bytes.at(0, 12)).toString('latin1')
        const format = FORMATS.find(([signature, offset]) => head.startsWith(signature, offset))
        const missing = format === undefined ? null : await format[2](bytes)
        return missing !== null && Number.isFinite(missing.seconds) && missing.seconds > 0 ? missing : null
      },
      limits,
    ),
    null,
  )

/** Replaces the estimated duration of a file whose end is missing by the one that its header states. */
export const withStatedSeconds = async (
  facts: MediaFacts,
  path: string,
  signal: AbortSignal,
): Promise<MediaFacts> => {
  const missing = await readMissingEnd(path, signal)
  return missing === null ? facts : { ...facts, declaredSeconds: missing.seconds }
}
