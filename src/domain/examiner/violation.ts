/** What is promised of all that is published; the tables of docs/hls.md say it to people. */
export const rules = [
  'starts-at-zero',
  'no-gaps',
  'shown-in-time',
  'keyframes',
  'aligned',
  'equal-length',
  'source-length',
  'aac-samples',
  'sound-form',
  'picture-size',
  'picture-rate',
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
export type Rule = (typeof rules)[number]

/** A promise that what was made does not keep. */
export type Violation = {
  readonly rule: Rule
  /** Subject and verb in plain words: `the sound a128 ends 0.300 s before the pictures v240`. */
  readonly message: string
}

export const violation = (rule: Rule, message: string): Violation => ({ rule, message })

/** Of many that say the same, the first few tell it. */
const mostTold = 3

/** In one line, for the person who added the file. */
export const describeViolations = (violations: ReadonlyArray<Violation>): string => {
  const told = violations.slice(0, mostTold).map(({ message }) => message)
  const more = violations.length - told.length
  return `what was made of it is not fit to be published: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}
