import type { PlaylistReport } from '../domain/hls-check/check-playlists.ts'
import type { PlaylistFinding } from '../domain/hls-check/finding.ts'
import { pluralize } from '../terminal/pluralize.ts'
import { redactTokens } from './redact-tokens.ts'

const findingLines = ({
  severity,
  line,
  rule,
  reason,
  source,
  fix,
}: PlaylistFinding): ReadonlyArray<string> => [
  `  ${severity}${line === null ? '' : `, line ${line}`}: ${rule}: ${reason} (${source})`,
  `    → ${fix}`,
]

/** Returns the reports for programs (`--json`). */
export const playlistReportsAsJson = (reports: ReadonlyArray<PlaylistReport>) => ({
  lists: reports.map(({ url, findings }) => ({
    url: redactTokens(url),
    findings: findings.map((finding) => ({
      ...finding,
      reason: redactTokens(finding.reason),
    })),
  })),
})

/** Returns the findings as lines of text, and the number of faults. The URLs are printed without `origin`. */
export const describePlaylistReports = (
  reports: ReadonlyArray<PlaylistReport>,
  origin = '',
): { readonly lines: ReadonlyArray<string>; readonly faults: number } => {
  const findings = reports.flatMap((report) => report.findings)
  const faults = findings.filter(({ severity }) => severity === 'fault').length
  const lines = reports.flatMap(({ url, findings }) => [
    `${url.startsWith(origin) ? url.slice(origin.length) : url}${findings.length === 0 ? '  is fine' : ''}`,
    ...findings.flatMap(findingLines),
  ])
  const advice = findings.length - faults
  const summary = `${pluralize(reports.length, 'playlist')}: ${pluralize(faults, 'fault')}, ${advice} to consider`
  return { lines: [...lines, summary].map(redactTokens), faults }
}
