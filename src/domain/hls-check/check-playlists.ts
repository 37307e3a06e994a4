import { E, type TE } from '../../fp.ts'
import type { FetchedPlaylist, FetchPlaylist } from '../../ports/playlist-fetcher.ts'
import { parseM3u8Lines } from '../hls/m3u8-lines.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import { checkConsistency } from './check-consistency.ts'
import { checkMasterPlaylist } from './check-master-playlist.ts'
import { checkMediaPlaylist } from './check-media-playlist.ts'
import { type ChildPlaylist, childPlaylistsOf } from './child-playlists.ts'
import { type PlaylistFinding, ruleViolation } from './finding.ts'

export type PlaylistReport = { readonly url: string; readonly findings: ReadonlyArray<PlaylistFinding> }

const listTypes = ['application/vnd.apple.mpegurl', 'audio/mpegurl']

/** Checks the HTTP response of a playlist: media type and compression. */
const checkDelivery = ({ contentType, contentEncoding }: FetchedPlaylist): ReadonlyArray<PlaylistFinding> => {
  const essence = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  return [
    ...(listTypes.includes(essence)
      ? []
      : [
          ruleViolation(
            'media-type',
            null,
            essence === '' ? 'is served without a content type' : `is served as ${essence}`,
          ),
        ]),
    ...(contentEncoding === null ? [ruleViolation('compression', null, 'is served uncompressed')] : []),
  ]
}

/**
 * Returns whether the text is not a playlist, but a page, an image or JSON. Such a text gets a single
 * finding, because the rules for playlists do not apply to it.
 */
const isNotPlaylist = (text: string): boolean =>
  !parseM3u8Lines(text).some(({ tag }) => tag?.startsWith('EXT'))

const notPlaylistFindings = ({ contentType }: FetchedPlaylist): ReadonlyArray<PlaylistFinding> => [
  ruleViolation(
    'head',
    null,
    `is not an HLS playlist (served as ${contentType ?? 'no type'}): no line begins with #EXT`,
  ),
]

/** Returns the findings about one playlist, without a comparison with other playlists. */
const findingsOf = (
  list: FetchedPlaylist,
  check: (text: string) => ReadonlyArray<PlaylistFinding>,
): ReadonlyArray<PlaylistFinding> =>
  isNotPlaylist(list.text) ? notPlaylistFindings(list) : [...checkDelivery(list), ...check(list.text)]

const isMaster = (text: string): boolean => parseM3u8Lines(text).some(({ tag }) => tag === 'EXT-X-STREAM-INF')

const reasonOf = (error: Refused | Unavailable): string =>
  error._tag === 'Refused' ? error.message : `${error.dependency} cannot be reached`

const unreachable = (child: ChildPlaylist, reason: string): PlaylistFinding =>
  ruleViolation('reachable', child, `refers to ${child.uri}: ${reason}`)

/**
 * Checks the playlist at `url` and, if it is a master playlist, all its children. Returns one report for each
 * playlist. The report of the master playlist comes first. An unreachable child is a finding. Fails only if
 * `url` itself cannot be fetched.
 */
export const checkPlaylists =
  (
    url: string,
    fetchList: FetchPlaylist,
  ): TE.TaskEither<Refused | Unavailable, ReadonlyArray<PlaylistReport>> =>
  async () => {
    const top = await fetchList(url)()
    if (E.isLeft(top)) return top
    const { text } = top.right
    if (!isMaster(text)) return E.right([{ url, findings: findingsOf(top.right, checkMediaPlaylist) }])

    const missing: PlaylistFinding[] = []
    const lists: Array<FetchedPlaylist & Pick<ChildPlaylist, 'role'> & { readonly url: string }> = []
    for (const child of childPlaylistsOf(text, url)) {
      if (child.url === null) {
        missing.push(unreachable(child, 'this is not a valid URI'))
        continue
      }
      const fetched = await fetchList(child.url)()
      if (E.isLeft(fetched)) missing.push(unreachable(child, reasonOf(fetched.left)))
      else lists.push({ ...fetched.right, url: child.url, role: child.role })
    }

    const consistencyFindings = checkConsistency(lists)
    const reports = lists.map((list, i) => ({
      url: list.url,
      findings: [
        ...findingsOf(list, checkMediaPlaylist),
        ...(isNotPlaylist(list.text) ? [] : (consistencyFindings[i] ?? [])),
      ],
    }))
    return E.right([
      { url, findings: [...findingsOf(top.right, checkMasterPlaylist), ...missing] },
      ...reports,
    ])
  }
