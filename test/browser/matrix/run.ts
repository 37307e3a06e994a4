// `npm run players` serves a film and a sound of ten parts, plays them in all installed players, and prints
// the table of docs/players.md. `-- --write` writes the table there. `-- --only WebKit,mpv` runs only the
// players with one of the words in their names, and writes only their rows. `-- --throttled` measures the
// time to the first frame on a slow line, which takes minutes. `-- --lists FOLDER` adds each file of a
// folder, and compares what all playlists declare about its parts with the parts.
import { servePages } from '../support/pages-server.ts'
import { printMatrix } from './matrix.ts'
import { printThrottledStarts } from './throttled-start.ts'
import { printTrueLists } from './true-lists.ts'

const asks = (option: string): boolean => process.argv.includes(option)

/** Returns the argument that follows an option. */
const argumentOf = (option: string): string | undefined =>
  asks(option) ? process.argv[process.argv.indexOf(option) + 1] : undefined

const folder = argumentOf('--lists')

const play = async (): Promise<boolean> => {
  const pages = await servePages({})
  try {
    if (!asks('--throttled'))
      return await printMatrix(pages, {
        only: argumentOf('--only')?.split(',') ?? [''],
        isWritten: asks('--write'),
      })
    await printThrottledStarts(pages)
    return true
  } finally {
    await pages.close()
  }
}

process.exitCode = (await (folder === undefined ? play() : printTrueLists(folder))) ? 0 : 1
