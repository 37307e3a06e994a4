/** The rules that every published export obeys. */
const examinerRules = [
  'starts-at-zero',
  'no-gaps',
  'shown-in-time',
  'upright',
  'keyframes',
  'aligned',
  'equal-length',
  'source-length',
  'aac-samples',
  'audio-format',
  'frame-size',
  'frame-rate',
  'colours',
  'level',
  'codec-string',
  'rates',
  'durations',
  'bytes',
  'content-type',
  'complete',
  'fast-start',
] as const
export type ExaminerRule = (typeof examinerRules)[number]

/** A rule that an export breaks. */
export type Violation = {
  readonly rule: ExaminerRule
  /**
   * Description of the violation for people, for example `audio rendition a128: it ends 0.300 s before video
   * rendition v240`.
   */
  readonly message: string
}

export const violation = (rule: ExaminerRule, message: string): Violation => ({ rule, message })

/**
 * Maximum number of violations in a description. The first few are enough, because many violations usually
 * have one cause.
 */
const maxDescribed = 3

/** Describes violations in one line, for the person who added the file. */
export const describeViolations = (violations: ReadonlyArray<Violation>): string => {
  const shown = violations.slice(0, maxDescribed).map(({ message }) => message)
  const more = violations.length - shown.length
  return `its exports are faulty, so they are not published: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}
