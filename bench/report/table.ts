import type { Fact, Finding, Ratio } from '../figures/figure.ts'
import type { Throughput } from '../load/load.ts'

const HEAD = [
  'work',
  'server',
  'req/s',
  'MB/s',
  'p50 ms',
  'p99 ms',
  'CPU µs',
  'errors',
  'generator',
  'ratio (goal)',
]

/** Formats the results of a figure for a terminal: a table of throughputs, and a line for each other fact. */
export const formatFindings = (findings: ReadonlyArray<Finding | Fact>): string => {
  const throughputs = findings.filter((found) => 'measured' in found)
  const facts = findings.filter((found) => 'fact' in found)
  return [...(throughputs.length > 0 ? [tableOf(throughputs)] : []), ...facts.map(factText)].join('\n')
}

const factText = ({ fact, value, unit, goal }: Fact): string => {
  const text = `${fact}: ${Number(value.toPrecision(4))} ${unit}`.trimEnd()
  if (goal === undefined) return text
  const [sign, limit, reached] =
    'atMost' in goal ? ['≤', goal.atMost, value <= goal.atMost] : ['≥', goal.atLeast, value >= goal.atLeast]
  return `${text} (${sign} ${limit}: ${reached ? 'reached' : 'missed'})`
}

/** Names are left-aligned, numbers right-aligned. */
const tableOf = (findings: ReadonlyArray<Finding>): string => {
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

const rowOf = ({ work, server, measured, cpu, ratios }: Finding): ReadonlyArray<string> => [
  work,
  server,
  (measured.responses / measured.seconds).toFixed(0),
  (measured.bytes / measured.seconds / 1e6).toFixed(0),
  measured.latency.p50.toFixed(2),
  measured.latency.p99.toFixed(2),
  cpu === undefined ? '' : cpu.toFixed(0),
  String(measured.errors),
  generatorText(measured),
  ratios.map(ratioText).join(', '),
]

const generatorText = ({ generator, generatorLoad }: Throughput): string =>
  generator === 'none' ? '' : `${generator} ${(generatorLoad * 100).toFixed(0)} %`

const ratioText = ({ against, ratio, goal, byCpu }: Ratio): string => {
  const cpuText = byCpu === undefined ? '' : ` (${byCpu.toFixed(2)} by CPU)`
  const text = `${ratio.toFixed(2)} × ${against}${cpuText}`
  if (goal === undefined) return text
  return `${text} (≥ ${goal}: ${ratio >= goal ? 'reached' : 'missed'})`
}
