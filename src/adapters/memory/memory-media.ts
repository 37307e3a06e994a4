import type { MediaChange } from '../../domain/library/media-change.ts'
import type { MediaRecord } from '../../domain/library/media-item.ts'
import type { StoredFile } from '../../domain/media/stored-file.ts'
import type { NewUpload, Upload } from '../../domain/upload/upload.ts'
import type { Clock } from '../../ports/clock.ts'
import type { NewLibraryFile } from '../../ports/library-repository.ts'
import type { MemoryFetches } from './memory-fetch-repository.ts'

/** What `MediaRepository` changes, and what never changes. */
type Stored = Pick<
  MediaRecord,
  | 'kind'
  | 'uid'
  | 'title'
  | 'alt'
  | 'metadata'
  | 'isPublic'
  | 'version'
  | 'createdAt'
  | 'updatedAt'
  | 'deletedAt'
  | 'purgeAfter'
  | 'isTakenDown'
> & {
  readonly id: number
  /** Until when the segments of a deleted film are served (milliseconds since 1970); `null` outside the grace. */
  readonly graceUntil: number | null
}

/** What the repository of the kind knows about a file. */
type FileFacts = Pick<
  MediaRecord,
  | 'fileName'
  | 'sizeBytes'
  | 'contentType'
  | 'width'
  | 'height'
  | 'durationSeconds'
  | 'thumbhash'
  | 'sha512'
  | 'exports'
>

/** What the repository of the kind does for the others. */
type OfKind = {
  readonly readFacts: () => FileFacts
  /** Returns the keys of all objects of the file, those of replaced exports included. */
  readonly keys: () => ReadonlyArray<string>
  readonly remove: () => void
}

export type MemoryMediaFile = Stored &
  OfKind & { readonly original: StoredFile; readonly sharesBytes: boolean }

/** A file that is added. */
type NewMemoryFile = Pick<MemoryMediaFile, 'kind' | 'uid' | 'isPublic' | 'original'> &
  Pick<NewLibraryFile<string>, 'details' | 'upload'>

/** What a change of the deletion sets. */
type DeletionState = Pick<Stored, 'deletedAt' | 'purgeAfter' | 'isTakenDown' | 'graceUntil'>

export const notDeleted: DeletionState = {
  deletedAt: null,
  purgeAfter: null,
  isTakenDown: false,
  graceUntil: null,
}

/**
 * The files of a library in memory, of both kinds. The repositories of one library share it, because a file is one
 * row in PostgreSQL.
 */
export const createMemoryMedia = (clock: Clock) => {
  const files = new Map<string, MemoryMediaFile>()
  const fetches: MemoryFetches = new Map()
  const uploads = new Map<string, Upload & Pick<NewUpload, 'announced'>>()
  let count = 0

  const set = (uid: string, changed: Partial<Stored>): void => {
    const file = files.get(uid)
    if (file !== undefined) files.set(uid, { ...file, ...changed })
  }

  return {
    all: (): ReadonlyArray<MemoryMediaFile> => [...files.values()],
    find: (uid: string): MemoryMediaFile | undefined => files.get(uid),

    insert: ({ kind, uid, isPublic, original, details, upload }: NewMemoryFile, ofKind: OfKind): void => {
      count += 1
      const now = clock() * 1000
      const texts = details ?? { title: null, alt: null, metadata: {} }
      const facts = { ...texts, version: 1, createdAt: now, updatedAt: now }
      const sharesBytes = upload?.sharesBytes ?? true
      files.set(uid, {
        id: count,
        kind,
        uid,
        isPublic,
        original,
        sharesBytes,
        ...facts,
        ...notDeleted,
        ...ofKind,
      })
    },

    uploads,
    fetches,

    /** Ends an upload whose file is added. Returns `false` if it has ended before. */
    endUpload: (uid: string): boolean => {
      const upload = uploads.get(uid)
      if (upload?.state !== 'received') return false
      uploads.set(uid, { ...upload, state: 'in_library' })
      return true
    },

    remove: (uid: string): void => {
      files.delete(uid)
    },

    setPublic: (uid: string, isPublic: boolean): void => set(uid, { isPublic }),

    isDeleted: (uid: string): boolean => (files.get(uid)?.deletedAt ?? null) !== null,
    setDeletion: (uid: string, state: DeletionState): void => set(uid, state),

    /**
     * The SHA-512, the blobs and the time (microseconds) of the files that were taken down, by uid. They outlive their
     * files. The SHA-512 is empty if the bytes are accepted again.
     */
    takenDown: new Map<
      string,
      { readonly sha512: string; readonly blobs: ReadonlyArray<string>; readonly takenDownAt: number }
    >(),

    change: (uid: string, change: MediaChange): void => {
      const version = (files.get(uid)?.version ?? 0) + 1
      set(uid, { ...change, version, updatedAt: clock() * 1000 })
    },
  }
}

export type MemoryMedia = ReturnType<typeof createMemoryMedia>
