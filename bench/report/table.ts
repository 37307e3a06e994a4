import type { Finding } from '../figures/figure.ts'

const HEAD = ['work', 'server', 'req/s', 'MB/s', 'p50 ms', 'p99 ms', 'errors', 'generator', 'ratio (goal)']

/** The findings for a terminal: names to the left, numbers to the right. */
export const tableOf = (findings: ReadonlyArray<Finding>): string => {
  const rows = [HEAD, ...findings.map(rowOf)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          isName(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const isName = (column: number): boolean => column < 2 || column === HEAD.length - 1

const rowOf = ({ work, server, measured, ratios }: Finding): ReadonlyArray<string> => [
  work,
  server,
  (measured.responses / measured.seconds).toFixed(0),
  (measured.bytes / measured.seconds / 1e6).toFixed(0),
  measured.latency.p50.toFixed(2),
  measured.latency.p99.toFixed(2),
  String(measured.errors),
  `${(measured.generatorLoad * 100).toFixed(0)} %`,
  ratios.map(ratioText).join(', '),
]

const ratioText = ({ against, ratio, goal }: Finding['ratios'][number]): string => {
  const told = `${ratio.toFixed(2)} × ${against}`
  if (goal === undefined) return told
  return `${told} (≥ ${goal}: ${ratio >= goal ? 'reached' : 'missed'})`
}
