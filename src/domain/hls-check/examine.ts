import { E, type TE } from '../../fp.ts'
import type { FetchedList, FetchList } from '../../ports/list-fetcher.ts'
import { linesOf } from '../hls/m3u8-lines.ts'
import type { Refused, Unavailable } from '../shared/errors.ts'
import { checkAcross } from './check-across.ts'
import { checkMasterPlaylist } from './check-master-playlist.ts'
import { checkMediaPlaylist } from './check-media-playlist.ts'
import { type Child, childrenOf } from './children.ts'
import { type Finding, ruleViolation } from './finding.ts'

export type ListReport = { readonly url: string; readonly findings: ReadonlyArray<Finding> }

const listTypes = ['application/vnd.apple.mpegurl', 'audio/mpegurl']

/** Rules about how a list is served. */
export const checkDelivery = ({ contentType, contentEncoding }: FetchedList): ReadonlyArray<Finding> => {
  const essence = contentType?.split(';')[0]?.trim().toLowerCase() ?? 'no type'
  return [
    ...(listTypes.includes(essence) ? [] : [ruleViolation('media-type', null, `is served as ${essence}`)]),
    ...(contentEncoding === null ? [ruleViolation('compression', null, 'is served uncompressed')] : []),
  ]
}

/** A page, a picture, JSON: of what is no list at all, the rules of lists have nothing to say. */
const isNoList = (text: string): boolean => !linesOf(text).some(({ tag }) => tag?.startsWith('EXT'))

const notAList = ({ contentType }: FetchedList): ReadonlyArray<Finding> => [
  ruleViolation(
    'head',
    null,
    `is no HLS list (served as ${contentType ?? 'no type'}): no line of it begins with #EXT`,
  ),
]

/** What there is to say about one list, by itself. */
const findingsOf = (
  list: FetchedList,
  check: (text: string) => ReadonlyArray<Finding>,
): ReadonlyArray<Finding> =>
  isNoList(list.text) ? notAList(list) : [...checkDelivery(list), ...check(list.text)]

const isMaster = (text: string): boolean => linesOf(text).some(({ tag }) => tag === 'EXT-X-STREAM-INF')

const reasonOf = (error: Refused | Unavailable): string =>
  error._tag === 'Refused' ? error.message : `${error.dependency} cannot be asked`

const unreachable = (child: Child, reason: string): Finding =>
  ruleViolation('reachable', child, `names ${child.uri}: ${reason}`)

/**
 * Examines the list at `url` and, of a master, all lists that it names: a report for each, the first for the list
 * itself. A child that cannot be had is a finding; left is what keeps the first list from being had.
 */
export const examineLists =
  (url: string, fetchList: FetchList): TE.TaskEither<Refused | Unavailable, ReadonlyArray<ListReport>> =>
  async () => {
    const top = await fetchList(url)()
    if (E.isLeft(top)) return top
    const { text } = top.right
    if (!isMaster(text)) return E.right([{ url, findings: findingsOf(top.right, checkMediaPlaylist) }])

    const missing: Finding[] = []
    const lists: Array<FetchedList & Pick<Child, 'role'> & { readonly url: string }> = []
    for (const child of childrenOf(text, url)) {
      if (child.url === null) {
        missing.push(unreachable(child, 'that is no URI'))
        continue
      }
      const fetched = await fetchList(child.url)()
      if (E.isLeft(fetched)) missing.push(unreachable(child, reasonOf(fetched.left)))
      else lists.push({ ...fetched.right, url: child.url, role: child.role })
    }

    const across = checkAcross(lists)
    const reports = lists.map((list, i) => ({
      url: list.url,
      findings: [...findingsOf(list, checkMediaPlaylist), ...(isNoList(list.text) ? [] : (across[i] ?? []))],
    }))
    return E.right([
      { url, findings: [...findingsOf(top.right, checkMasterPlaylist), ...missing] },
      ...reports,
    ])
  }
