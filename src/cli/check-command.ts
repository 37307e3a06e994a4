import { parseArgs } from 'node:util'
import { createPlaylistFetcher } from '../composition/create-playlist-fetcher.ts'
import type { Larder } from '../composition/larder.ts'
import type { Config } from '../config/settings.ts'
import { checkPlaylists, type PlaylistReport } from '../domain/hls-check/check-playlists.ts'
import { isUid } from '../domain/media/uid-text.ts'
import { E, O, TE } from '../fp.ts'
import { closeServer, startListening } from '../server/listening.ts'
import { type Command, CommandError, usageError } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'
import { describePlaylistReports, playlistReportsAsJson } from './playlist-report.ts'
import { redactTokens } from './redact-tokens.ts'

const usage = 'check URL|UID [--token JWT]'

/** Checks the playlists of a file. A temporary server serves them, so that no other server has to run. */
const examineFile = async (
  larder: Larder,
  config: Config,
  uid: string,
): Promise<{ readonly reports: ReadonlyArray<PlaylistReport>; readonly origin: string }> => {
  await orThrowCommandError(larder.database.migrate)
  const { kind, jwt } = await orThrowCommandError(larder.admins.mintMediaToken(uid, null))
  if (kind !== 'content') throw new CommandError(`${uid} is a picture: it has no playlists to check`)

  const { ContentFileUid } = await import('../domain/media/ids.ts')
  const file = ContentFileUid.is(uid) ? await orThrowCommandError(larder.contentFiles.find(uid)) : O.none
  if (O.isSome(file) && file.value.exports.length === 0)
    throw new CommandError(`${uid} has no exports yet: \`larder serve\` makes them`)

  const { createLarderServer } = await import('../composition/http.ts')
  const { server } = createLarderServer(larder, config)
  const { port } = await startListening(server, { host: '127.0.0.1', port: 0 })
  const origin = `http://127.0.0.1:${port}`
  // The playlists contain relative URIs, which inherit a token in the path. So signing does not change the
  // playlists.
  const url = `${origin}/api/1/~${jwt}/content_files/${uid}/mobile.m3u8`
  try {
    return { reports: await orThrowCommandError(checkPlaylists(url, larder.playlistFetcher(null))), origin }
  } finally {
    await closeServer(server)
  }
}

/** Checks the playlists at a URL. A given token is sent in a header. */
const examineAddress = async (
  url: string,
  jwt: string | undefined,
): Promise<ReadonlyArray<PlaylistReport>> => {
  const bearer = jwt !== undefined && URL.canParse(url) ? { origin: new URL(url).origin, jwt } : null
  const reports = await checkPlaylists(url, createPlaylistFetcher()(bearer))()
  if (E.isLeft(reports) && reports.left._tag === 'Refused')
    throw new CommandError(redactTokens(`${url} ${reports.left.message}`))
  return orThrowCommandError(TE.fromEither(reports))
}

/** Parses the target: the URL of a playlist, or the uid of a file in this library. */
const targetOf = (args: ReadonlyArray<string>) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { token: { type: 'string' } },
    allowPositionals: true,
  })
  const [target, ...rest] = positionals
  if (!target || rest.length > 0) throw usageError(usage)
  const isAddress = target.includes('://')
  if (!isAddress && !isUid(target))
    throw new CommandError(`${target} is neither a uid nor an address with http:// or https://`, 2)
  return { target, isAddress, token: values.token }
}

/**
 * Checks an m3u8 playlist, and the playlists to which it refers. The exit code is 1 for a violation that can
 * make players fail. `--token` is for unsigned playlists: the URL of a signed playlist already contains a
 * token, and a UID needs no token.
 */
export const checkCommand: Command = {
  usage,
  about: 'Checks HLS playlists against RFC 8216bis; exit code 1 if players may fail on them.',
  words: [
    ['URL', 'the URL of an m3u8 playlist on any server; playlists that it refers to are checked, too'],
    ['UID', 'the uid of a sound or film in this library; needs neither a running server nor a token'],
    ['--token JWT', 'a token, sent in the Authorization header of requests to the host of URL'],
  ],
  needsLibrary: ({ args }) => !targetOf(args).isAddress,
  run: async ({ config, args, report }) => {
    const { target, isAddress, token } = targetOf(args)
    const { reports, origin } = isAddress
      ? { reports: await examineAddress(target, token), origin: '' }
      : await withServices(config, (larder) => examineFile(larder, config, target))
    const { lines, faults } = describePlaylistReports(reports, origin)
    report({ lines, json: playlistReportsAsJson(reports) })
    return faults > 0 ? 1 : 0
  },
}
