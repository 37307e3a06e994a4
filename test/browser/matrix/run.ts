// What plays what: `npm run players` serves a film and a sound of ten parts, lets all players that are installed play
// them, and prints the table of docs/players.md; `-- --write` writes it there. `-- --throttled` measures how long a
// viewer on a slow connection waits for the first picture, which takes minutes.
import { readFile, writeFile } from 'node:fs/promises'
import { servePages } from '../support/pages-server.ts'
import { addressIn, type Mode, serveFilm } from '../support/served-film.ts'
import { parsers } from './parsers.ts'
import { type Kind, kinds, type Player, type Task } from './player.ts'
import { programs } from './programs.ts'
import { printThrottledStarts } from './throttled-start.ts'
import { firefox, openChromium, webKit, webPlayer } from './web-players.ts'

const film = await serveFilm()
const sound = await film.addSound()
const pages = await servePages({})
const chromium = await openChromium()
let isWell = true

const players: ReadonlyArray<Player> = [
  ...parsers,
  ...programs,
  ...(['the browser', 'hls.js', 'Shaka', 'dash.js', 'video.js', 'plyr'] as const).map((name) =>
    webPlayer(name, chromium, pages),
  ),
  ...[firefox, webKit].flatMap((browser) =>
    (['the browser', 'hls.js', 'Shaka', 'dash.js'] as const).map((name) => webPlayer(name, browser, pages)),
  ),
]

/** The MP4 of least bandwidth, in place of the list of them. */
const mp4Of = async (url: string): Promise<string> => {
  const { exports } = (await (await fetch(url)).json()) as {
    exports: ReadonlyArray<{ readonly url: string }>
  }
  return exports[0]?.url ?? ''
}

const taskOf = async (kind: Kind, mode: Mode): Promise<Task> => {
  const { uid, jwt } = kind.of === 'film' ? { uid: film.uid, jwt: await film.tokenFor() } : sound
  const address = addressIn(film, uid, kind.list, mode, jwt)
  const url = kind.list === 'web.json' ? await mp4Of(address.url) : address.url
  return {
    ...address,
    url,
    kind,
    mode,
    seconds: film.seconds,
    pictures: kind.of === 'film' ? film.pictures : 0,
  }
}

const cellOf = async (player: Player, kind: Kind, mode: Mode): Promise<string> => {
  if (!player.takes(kind, mode)) return '–'
  const wrong = await player.play(await taskOf(kind, mode))
  console.error(`${player.name}: ${kind.title}, ${mode}: ${wrong ?? 'plays'}`)
  if (wrong !== null) isWell = false
  return wrong === null ? 'plays' : `**no**: ${wrong.replaceAll('|', '/').replaceAll('\n', ' ')}`
}

const columns = kinds.flatMap((kind) => kind.modes.map((mode) => ({ kind, mode })))
const ways: Readonly<Record<Mode, string>> = {
  none: 'header',
  query: 'query',
  path: 'path',
  define: 'define',
}

/** Of those players alone whose name has the word behind `--only`. */
const only = process.argv[process.argv.indexOf('--only') + 1] ?? ''
const isWanted = ({ name }: Player) => !process.argv.includes('--only') || name.includes(only)

const rowOf = async (player: Player): Promise<ReadonlyArray<string>> => {
  const version = await player.version()
  const none = columns.map(() => '')
  if (version === null) return [player.name, 'not installed', ...none]
  if (!isWanted(player)) return [player.name, 'not tried', ...none]
  const cells: string[] = []
  for (const { kind, mode } of columns) cells.push(await cellOf(player, kind, mode))
  return [player.name, version, ...cells]
}

const document = 'docs/players.md'
const between = /(?<=<!-- by npm run players -->\n).*?(?=<!-- end -->)/s

const matrix = async (): Promise<void> => {
  const rows: Array<ReadonlyArray<string>> = [
    ['player', 'version', ...columns.map(({ kind, mode }) => `${kind.title}, ${ways[mode]}`)],
    ['---', '---', ...columns.map(() => '---')],
  ]
  for (const player of players) rows.push(await rowOf(player))
  const table = rows.map((row) => `| ${row.join(' | ')} |\n`).join('')
  console.log(table)
  if (process.argv.includes('--write'))
    await writeFile(
      document,
      (await readFile(document, 'utf8')).replace(between, () => table),
    )
}

try {
  if (process.argv.includes('--throttled')) await printThrottledStarts(pages)
  else await matrix()
} finally {
  await chromium.close?.()
  await pages.close()
  await film.close()
}
process.exitCode = isWell ? 0 : 1
