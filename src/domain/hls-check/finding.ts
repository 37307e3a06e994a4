import type { M3u8Line } from '../hls/m3u8-lines.ts'
import { type HlsRule, hlsRules } from './rules.ts'

/** A violation of a rule by a playlist. */
export type PlaylistFinding = {
  readonly rule: HlsRule
  readonly severity: 'fault' | 'advice'
  /** The source of the rule: a section of a standard. */
  readonly source: string
  /** Line number, from 1; `null` if the finding is about the whole playlist. */
  readonly line: number | null
  /** What is wrong. */
  readonly reason: string
  /** How to correct it. */
  readonly fix: string
}

/** Checks the lines of a playlist for one rule or a few related ones. */
export type PlaylistCheck = (lines: ReadonlyArray<M3u8Line>) => ReadonlyArray<PlaylistFinding>

export const ruleViolation = (
  rule: HlsRule,
  line: Pick<M3u8Line, 'number'> | null,
  reason: string,
): PlaylistFinding => ({
  rule,
  ...hlsRules[rule],
  line: line?.number ?? null,
  reason,
})

export const linesWithTag = (lines: ReadonlyArray<M3u8Line>, tag: string): ReadonlyArray<M3u8Line> =>
  lines.filter((line) => line.tag === tag)

/** Returns the findings in the order of their lines; those about the whole playlist come first. */
export const runChecks = (
  checks: ReadonlyArray<PlaylistCheck>,
  lines: ReadonlyArray<M3u8Line>,
): ReadonlyArray<PlaylistFinding> =>
  checks.flatMap((check) => check(lines)).sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
