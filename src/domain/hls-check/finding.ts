import type { Line } from '../hls/m3u8-lines.ts'
import { type Rule, rules } from './rules.ts'

/** A violation of a rule by a playlist. */
export type Finding = {
  readonly rule: Rule
  readonly severity: 'fault' | 'advice'
  /** Where the rule is written. */
  readonly source: string
  /** From 1; `null` if the finding is about the whole playlist. */
  readonly line: number | null
  /** What is wrong. */
  readonly reason: string
  /** How to correct it. */
  readonly fix: string
}

/** Checks the lines of a playlist for one rule or a few related ones. */
export type Check = (lines: ReadonlyArray<Line>) => ReadonlyArray<Finding>

export const ruleViolation = (rule: Rule, line: Pick<Line, 'number'> | null, reason: string): Finding => ({
  rule,
  ...rules[rule],
  line: line?.number ?? null,
  reason,
})

export const withTag = (lines: ReadonlyArray<Line>, tag: string): ReadonlyArray<Line> =>
  lines.filter((line) => line.tag === tag)

/** Returns the findings by line number; those about the whole playlist come first. */
export const runAll = (checks: ReadonlyArray<Check>, lines: ReadonlyArray<Line>): ReadonlyArray<Finding> =>
  checks.flatMap((check) => check(lines)).sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
