import type { Line } from '../hls/m3u8-lines.ts'
import { type Rule, rules } from './rules.ts'

/** A rule that a list does not keep. */
export type Finding = {
  readonly rule: Rule
  readonly severity: 'fault' | 'advice'
  /** Where the rule is written. */
  readonly source: string
  /** From 1; `null` when it is about the list as a whole. */
  readonly line: number | null
  /** What is the case. */
  readonly reason: string
  /** What to do. */
  readonly fix: string
}

/** Looks at the lines of a list for one thing. */
export type Check = (lines: ReadonlyArray<Line>) => ReadonlyArray<Finding>

export const ruleViolation = (rule: Rule, line: Pick<Line, 'number'> | null, reason: string): Finding => ({
  rule,
  ...rules[rule],
  line: line?.number ?? null,
  reason,
})

export const withTag = (lines: ReadonlyArray<Line>, tag: string): ReadonlyArray<Line> =>
  lines.filter((line) => line.tag === tag)

/** Findings in the order of the lines that they are about; those about the list as a whole come first. */
export const runAll = (checks: ReadonlyArray<Check>, lines: ReadonlyArray<Line>): ReadonlyArray<Finding> =>
  checks.flatMap((check) => check(lines)).sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
