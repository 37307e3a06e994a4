// Puts a chart of colours through every kind of picture, and prints how far each export is off: `npm run media:check`.
// With `-- --tools` also the kinds that avifenc, cwebp, heif-enc, ffmpeg and ImageMagick make, where they are installed.
import { type ChartKind, chartKinds } from './support/chart-kinds.ts'
import { chartKindsByTools } from './support/chart-tools.ts'
import { chartError } from './support/render-chart.ts'

const errorOf = ({ make, expected }: ChartKind): Promise<number | string> =>
  make()
    .then((bytes) => chartError(bytes, expected))
    .catch((cause: unknown) => String(cause).slice(0, 120))

const kinds = [...chartKinds, ...(process.argv.includes('--tools') ? chartKindsByTools() : [])]
const worst = new Map<string, number>()
let isWell = true
console.log('| format | kind | worst error | at most |\n|---|---|---|---|')
for (const kind of kinds) {
  const error = await errorOf(kind)
  const isRight = typeof error === 'number' && error <= kind.tolerance
  if (!isRight) isWell = false
  if (typeof error === 'number') worst.set(kind.format, Math.max(worst.get(kind.format) ?? 0, error))
  const shown = typeof error === 'number' ? error.toFixed(1) : error
  console.log(
    `| ${kind.format} | ${kind.name} | ${shown}${isRight ? '' : ' **wrong**'} | ${kind.tolerance} |`,
  )
}
console.log(`\n${kinds.length} kinds; worst by format:`)
for (const [format, error] of worst) console.log(`  ${format} ${error.toFixed(1)}`)
process.exitCode = isWell ? 0 : 1
