// What plays what: `npm run players` serves a film and a sound of ten parts, lets all players that are installed play
// them, and prints the table of docs/players.md; `-- --write` writes it there. `-- --only WebKit,mpv` tries those alone
// that have one of the words in their name, and writes their rows alone. `-- --throttled` measures how long a viewer on
// a slow connection waits for the first picture, which takes minutes. `-- --lists FOLDER` adds each file of a folder,
// and compares what all lists say of its parts with the parts.
import { servePages } from '../support/pages-server.ts'
import { printMatrix } from './matrix.ts'
import { printThrottledStarts } from './throttled-start.ts'
import { printTrueLists } from './true-lists.ts'

const asks = (option: string): boolean => process.argv.includes(option)

/** What stands behind an option. */
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
