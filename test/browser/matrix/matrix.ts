import type { PagesServer } from '../support/pages-server.ts'
import { addressIn, type Mode, type ServedFilm, serveFilm } from '../support/served-film.ts'
import { parsers } from './parsers.ts'
import { type Kind, kinds, type Player, type Task } from './player.ts'
import { programs } from './programs.ts'
import { type Row, readTable, writeTable } from './table.ts'
import { firefox, openChromium, type WebBrowser, webKit, webPlayer } from './web-players.ts'

const playersIn = (chromium: WebBrowser, pages: PagesServer): ReadonlyArray<Player> => [
  ...parsers,
  ...programs,
  ...(['the browser', 'hls.js', 'Shaka', 'dash.js', 'video.js', 'plyr'] as const).map((name) =>
    webPlayer(name, chromium, pages),
  ),
  ...[firefox, webKit].flatMap((browser) =>
    (['the browser', 'hls.js', 'Shaka', 'dash.js'] as const).map((name) => webPlayer(name, browser, pages)),
  ),
]

type Media = { readonly film: ServedFilm; readonly sound: { readonly uid: string; readonly jwt: string } }

/** Returns the URL of the MP4 with the lowest bandwidth. */
const mp4Of = async (url: string): Promise<string> => {
  const { exports } = (await (await fetch(url)).json()) as {
    exports: ReadonlyArray<{ readonly url: string }>
  }
  return exports[0]?.url ?? ''
}

const taskOf = async ({ film, sound }: Media, kind: Kind, mode: Mode): Promise<Task> => {
  const { uid, jwt } = kind.of === 'film' ? { uid: film.uid, jwt: await film.tokenFor() } : sound
  const address = addressIn(film, uid, kind.list, mode, jwt)
  const url = kind.list === 'web.json' ? await mp4Of(address.url) : address.url
  const pictures = kind.of === 'film' ? film.pictures : 0
  return { jwt: address.jwt, url, kind, mode, seconds: film.seconds, pictures }
}

const plays = 'plays'

const cellOf = async (media: Media, player: Player, kind: Kind, mode: Mode): Promise<string> => {
  if (!player.takes(kind, mode)) return '–'
  const fault = await player.play(await taskOf(media, kind, mode))
  console.error(`${player.name}: ${kind.title}, ${mode}: ${fault ?? plays}`)
  return fault === null ? plays : `**no**: ${fault.replaceAll('|', '/').replaceAll('\n', ' ')}`
}

const columns = kinds.flatMap((kind) => kind.modes.map((mode) => ({ kind, mode })))
const carriers: Readonly<Record<Mode, string>> = {
  none: 'header',
  query: 'query',
  path: 'path',
  define: 'define',
}
const head = ['player', 'version', ...columns.map(({ kind, mode }) => `${kind.title}, ${carriers[mode]}`)]

const rowOf = async (media: Media, player: Player): Promise<Row> => {
  const version = await player.version()
  if (version === null) return [player.name, 'not installed', ...columns.map(() => '')]
  const cells: string[] = []
  for (const { kind, mode } of columns) cells.push(await cellOf(media, player, kind, mode))
  return [player.name, version, ...cells]
}

type Choice = {
  /** Runs only players whose names contain one of these words. */
  readonly only: ReadonlyArray<string>
  readonly isWritten: boolean
}

/** Runs the players. Returns whether all of them played. Rows of other players in the document remain. */
export const printMatrix = async (pages: PagesServer, { only, isWritten }: Choice): Promise<boolean> => {
  const chromium = await openChromium()
  const film = await serveFilm()
  try {
    const media = { film, sound: await film.addSound() }
    const players = playersIn(chromium, pages)
    const newRows = new Map<string, Row>()
    const before = new Map((await readTable()).map((row) => [row[0], row]))
    for (const player of players) {
      if (!only.some((word) => player.name.includes(word))) continue
      newRows.set(player.name, await rowOf(media, player))
      const rows = players.map(({ name }) => newRows.get(name) ?? before.get(name))
      // The table is written after each player, because a later player may hang for hours.
      if (isWritten)
        await writeTable(
          head,
          rows.filter((row) => row !== undefined),
        )
    }
    for (const row of newRows.values()) console.log(`| ${row.join(' | ')} |`)
    return [...newRows.values()].every((row) => row.every((cell) => !cell.startsWith('**no**')))
  } finally {
    await chromium.close?.()
    await film.close()
  }
}
