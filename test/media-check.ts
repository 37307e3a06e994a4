// Converts a chart of colours in every kind of picture and film, and prints the colour errors of the exports:
// `npm run media:check`. `-- --tools` adds the pictures that avifenc, cwebp, heif-enc, ffmpeg and ImageMagick
// make, if these are installed; `-- --films` or `-- --pictures` checks only films or only pictures. `--
// --folder PATH` instead exports every sound and film in a folder on each engine, decodes the exports, and
// compares them (`--smallest`: only the smallest video rendition).
import { chartKinds } from './support/chart-kinds.ts'
import { chartKindsByTools } from './support/chart-tools.ts'
import { availableEngines, createTranscoderOfEngine } from './support/engines.ts'
import { worstColourError } from './support/film-error.ts'
import { filmKinds } from './support/film-kinds.ts'
import { folderReport } from './support/folder-report.ts'
import { chartError } from './support/render-chart.ts'

const asks = (name: string): boolean => process.argv.includes(name)

const isRight = (error: number | string, tolerance: number): boolean =>
  typeof error === 'number' && error <= tolerance

const measured = async (error: Promise<number>): Promise<number | string> =>
  error.catch((cause: unknown) => String(cause).slice(0, 120))

const shown = (error: number | string, tolerance: number): string =>
  `${typeof error === 'number' ? error.toFixed(1) : error}${isRight(error, tolerance) ? '' : ' **wrong**'}`

const checkPictures = async (): Promise<boolean> => {
  const kinds = [...chartKinds, ...(asks('--tools') ? chartKindsByTools() : [])]
  let isWell = true
  console.log('| format | kind | worst error | at most |\n|---|---|---|---|')
  for (const { format, name, make, expected, tolerance } of kinds) {
    const error = await measured(make().then((bytes) => chartError(bytes, expected)))
    isWell &&= isRight(error, tolerance)
    console.log(`| ${format} | ${name} | ${shown(error, tolerance)} | ${tolerance} |`)
  }
  return isWell
}

const checkFilms = async (): Promise<boolean> => {
  const engines = availableEngines().map(
    ([name, engine]) => [name, createTranscoderOfEngine(engine)] as const,
  )
  let isWell = true
  console.log(`| film | ${engines.map(([name]) => name).join(' | ')} | at most |`)
  console.log(`|---${engines.map(() => '|---').join('')}|---|`)
  for (const kind of filmKinds) {
    const cells: string[] = []
    for (const [, transcoder] of engines) {
      const error = await measured(worstColourError(transcoder, kind))
      isWell &&= isRight(error, kind.tolerance)
      cells.push(shown(error, kind.tolerance))
    }
    console.log(`| ${kind.name} | ${cells.join(' | ')} | ${kind.tolerance} |`)
  }
  return isWell
}

const checkFolder = async (folder: string): Promise<boolean> => {
  const engines = availableEngines().map(
    ([name, engine]) => [name, createTranscoderOfEngine(engine, { maxSeconds: 3600 })] as const,
  )
  let isWell = true
  console.log(
    '| file | engine | renditions | flashes and beeps | colours | warnings |\n|---|---|---|---|---|---|',
  )
  for await (const { line, isRight: isLineRight } of folderReport(folder, engines, asks('--smallest'))) {
    isWell &&= isLineRight
    console.log(line)
  }
  return isWell
}

const checkKinds = async (): Promise<boolean> => {
  const pictures = asks('--films') || (await checkPictures())
  return (asks('--pictures') || (await checkFilms())) && pictures
}

const folder = process.argv[process.argv.indexOf('--folder') + 1]
process.exitCode = (await (asks('--folder') && folder !== undefined ? checkFolder(folder) : checkKinds()))
  ? 0
  : 1
