import { recipeVersions } from '../../domain/ingest/recipe-versions.ts'
import type { MediaItem, MediaRecord } from '../../domain/library/media-item.ts'
import { exactTotal } from '../../domain/shared/exact-total.ts'
import { ascendingBy } from '../../domain/shared/order.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { MediaFilter, MediaPosition, MediaRepository } from '../../ports/media-repository.ts'
import type { MemoryJobs } from './memory-jobs.ts'
import type { MemoryMedia, MemoryMediaFile } from './memory-media.ts'

type Listed = MediaPosition & { readonly record: MediaRecord }

const oldestFirst = ascendingBy<MediaPosition>(
  ({ createdAt }) => createdAt,
  ({ kind }) => kind,
  ({ id }) => id,
)

const searchText = (text: string): string => text.normalize('NFC').toLowerCase()

const isFound = (search: string, { uid, fileName, title }: MediaRecord): boolean =>
  uid === search || [fileName, title ?? ''].some((text) => searchText(text).includes(searchText(search)))

const isOutdated = ({ kind, exports }: MediaRecord): boolean =>
  exports.some(({ recipe }) => recipe < recipeVersions[kind])

const matches =
  (filter: MediaFilter) =>
  ({ record }: Listed): boolean =>
    (filter.search === null || isFound(filter.search, record)) &&
    (filter.kind === null || filter.kind === record.kind) &&
    (filter.state === null || filter.state === record.state) &&
    (filter.isPublic === null || filter.isPublic === record.isPublic) &&
    (filter.isOutdated === null || filter.isOutdated === isOutdated(record)) &&
    (filter.createdAfter === null || record.createdAt > filter.createdAfter) &&
    (filter.createdBefore === null || record.createdAt < filter.createdBefore) &&
    filter.isDeleted === (record.deletedAt !== null)

const toItem = ({
  alt: _,
  metadata: __,
  version: ___,
  sha512: ____,
  exports: _____,
  ...item
}: MediaRecord): MediaItem => item

/** Lists and changes the files of a library in memory, for tests. */
export const createMemoryMediaRepository = (media: MemoryMedia, jobs: MemoryJobs): MediaRepository => {
  const toRecord = ({
    id: _,
    original: __,
    graceUntil: ___,
    keys: ____,
    remove: _____,
    readFacts,
    ...stored
  }: MemoryMediaFile): MediaRecord => {
    const facts = readFacts()
    const done = jobs.all().filter((job) => job.media.uid === stored.uid && job.state === 'done')
    const { state } = jobs.stateOf(stored.uid, facts.exports.length > 0)
    return { ...stored, ...facts, state, warnings: done.at(-1)?.warnings ?? [] }
  }

  const list: MediaRepository['list'] = (filter, limit, after) =>
    TE.fromIO(() => {
      const found = media
        .all()
        .map((file): Listed => ({ ...file, record: toRecord(file) }))
        .filter(matches(filter))
        .sort((a, b) => oldestFirst(b, a))
      const rest = after === null ? found : found.filter((listed) => oldestFirst(listed, after) < 0)
      const page = rest.slice(0, limit)
      const last = page.at(-1)
      return {
        items: page.map(({ record }) => toItem(record)),
        next:
          rest.length > limit && last !== undefined
            ? { createdAt: last.createdAt, kind: last.kind, id: last.id }
            : null,
        total: exactTotal(found.length),
      }
    })

  return {
    list,

    find: (uid) => TE.fromIO(() => pipe(O.fromNullable(media.find(uid)), O.map(toRecord))),

    findOriginal: (uid) =>
      TE.fromIO(() =>
        pipe(
          O.fromNullable(media.find(uid)),
          O.filter(({ isTakenDown }) => !isTakenDown),
          O.map(({ original, createdAt, readFacts }) => ({
            fileName: readFacts().fileName,
            file: original,
            storedAt: createdAt / 1000,
          })),
        ),
      ),

    change: (uid, change, versions) =>
      TE.fromIO(() => {
        const file = media.find(uid)
        if (file === undefined) return 'missing'
        if (file.deletedAt !== null) return 'deleted'
        if (versions !== null && !versions.includes(file.version)) return 'wrong version'
        media.change(uid, change)
        return 'changed'
      }),

    changeAll: (uids, change) =>
      TE.fromIO(() => {
        const results = new Map<string, 'changed' | 'deleted'>()
        for (const uid of uids) {
          if (media.find(uid) === undefined) continue
          results.set(uid, media.isDeleted(uid) ? 'deleted' : 'changed')
          if (!media.isDeleted(uid)) media.change(uid, change)
        }
        return results
      }),
  }
}
