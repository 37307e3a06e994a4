import { E, O, pipe, TE } from '../../fp.ts'
import type { CacheKey } from '../../ports/cache.ts'
import { combineFound, type Found } from '../caching/found.ts'
import type { MediaKind } from '../media/media-kind.ts'
import type { Forbidden, Unavailable } from '../shared/errors.ts'
import { authorizeFile } from './authorize-file.ts'
import type { AuthorizedRead } from './authorized-read.ts'
import type { PublicCheck } from './public-files.ts'
import type { Caller } from './viewer.ts'

/**
 * The right of a caller to a file. `flag`: the public flag, for a caller without a token, whose right ends with it;
 * `null` for a viewer, whose token is the right.
 */
export type CallerRight = { readonly flag: Found<boolean> | null }

/** A cached record that belongs to a file, such as an export. */
export type FileRecord<A> = {
  readonly kind: MediaKind
  readonly key: CacheKey<A>
  readonly load: TE.TaskEither<Unavailable, O.Option<A>>
  readonly fileOf: (record: A) => string
}

/** Decides what a caller may have: a viewer the file of their token, everyone else public files. */
export type CallerAccess = {
  /** Fails with Forbidden unless the caller may have this file. */
  readonly authorize: (
    kind: MediaKind,
    uid: string,
    caller: Caller,
  ) => TE.TaskEither<Forbidden | Unavailable, CallerRight>
  /**
   * Reads a record of a file that the caller may have. Fails with Forbidden otherwise, also if there is no such
   * record (http-api.md §2.5, W15). For a caller without a token the result is valid only as long as the file is
   * known to be public.
   */
  readonly read: <A>(
    record: FileRecord<A>,
    caller: Caller,
  ) => TE.TaskEither<Forbidden | Unavailable, Found<A>>
}

type Deps = { readonly authorizedRead: AuthorizedRead; readonly checkPublic: PublicCheck }

const viewerRight: CallerRight = { flag: null }

/**
 * A uid that no file has, for a record that does not exist. The public flag of this uid is queried like that of any
 * other file, so that the reply takes the same time.
 */
const missingFileOf = ({ name }: { readonly name: string }): string => `-${name}`

/** Remembers the last answer, so that a request asks only once about one file. */
const askedOnce = <A>(ask: (uid: string) => Promise<A>): ((uid: string) => () => Promise<A>) => {
  let last: { readonly uid: string; readonly answer: Promise<A> } | null = null
  return (uid) => () => {
    if (last?.uid !== uid) last = { uid, answer: ask(uid) }
    return last.answer
  }
}

export const createCallerAccess = ({ authorizedRead, checkPublic }: Deps): CallerAccess => {
  const isPublic = (kind: MediaKind, uid: string): TE.TaskEither<Unavailable, boolean> =>
    pipe(
      checkPublic(kind, uid),
      TE.map(({ value }) => value),
      TE.orElse((error) => (error._tag === 'Forbidden' ? TE.right(false) : TE.left(error))),
    )

  return {
    authorize: (kind, uid, caller) =>
      caller === null
        ? pipe(
            checkPublic(kind, uid),
            TE.map((flag) => ({ flag })),
          )
        : TE.fromEither(E.map(() => viewerRight)(authorizeFile(caller, uid))),

    read:
      ({ kind, key, load, fileOf }, caller) =>
      async () => {
        const isPublicFile = askedOnce((uid) => isPublic(kind, uid)())
        const record = await authorizedRead(key, load, (found) =>
          caller === null
            ? isPublicFile(O.isSome(found) ? fileOf(found.value) : missingFileOf(key))
            : TE.right(O.isSome(found) && fileOf(found.value) === caller.grant.sub),
        )()
        if (E.isLeft(record) || caller !== null) return record
        // The flag is in memory at this point. It is read again, so that the result is valid only while it is cached.
        const flag = await checkPublic(kind, fileOf(record.right.value))()
        return E.isLeft(flag) ? flag : E.right(combineFound(record.right, flag.right, (value) => value))
      },
  }
}
