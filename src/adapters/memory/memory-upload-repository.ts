import type { Upload, UploadTarget } from '../../domain/upload/upload.ts'
import type { UploadTicket } from '../../domain/upload/upload-ticket.ts'
import { O, pipe, TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import {
  maxUnfinishedByTickets,
  type UploadReceipt,
  type UploadRepository,
  type UploadSpace,
} from '../../ports/upload-repository.ts'
import { addFetch, dropFetch } from './memory-fetch-repository.ts'
import type { MemoryMedia } from './memory-media.ts'

type Options = {
  readonly clock: Clock
  readonly media: MemoryMedia
  readonly expireSeconds?: number
  /** The rows of tickets by SHA-256. */
  readonly tickets?: Map<string, UploadTicket>
}

const longestMs = 7 * 86_400_000

/** Stores uploads in memory, for tests. `media`: that of the library. */
export const createMemoryUploadRepository = ({
  clock,
  media,
  expireSeconds = 86_400,
  tickets = new Map(),
}: Options): UploadRepository => {
  const { uploads } = media
  const all = (): ReadonlyArray<Upload & { readonly announced: number }> => [...uploads.values()]

  const expiryOf = (createdAt: number): number =>
    Math.min(clock() + expireSeconds * 1000, createdAt + longestMs)

  /** Returns the bytes that the disk of an upload still needs for it. */
  const needOf = (length: number, offset: number, holdsOriginals: boolean): number =>
    Math.max(0, length - offset) + (holdsOriginals ? Math.max(length, offset) : 0)

  const hasSpace = (
    { uid, folder, length, offset }: Pick<Upload, 'uid' | 'folder' | 'offset'> & { readonly length: number },
    { free, reserve, holdsOriginals }: UploadSpace,
  ): boolean => {
    const others = all().filter(
      (other) => other.folder === folder && other.uid !== uid && /^(?:receiving|received)$/.test(other.state),
    )
    const announced = others.reduce(
      (sum, other) => sum + needOf(other.length ?? other.announced, other.offset, holdsOriginals),
      0,
    )
    return free - announced - needOf(length, offset, holdsOriginals) >= reserve
  }

  /** Changes an upload that is in this state. Returns `false` if it is not. */
  const change = (uid: string, state: Upload['state'], changed: Partial<Upload>): boolean => {
    const upload = uploads.get(uid)
    if (upload === undefined || upload.state !== state) return false
    uploads.set(uid, { ...upload, ...changed })
    return true
  }

  /** Ends a received upload, and each that has its target. Returns `false` if it is not received. */
  const endReceived = (uid: string, changed: Partial<Upload>): boolean => {
    const upload = uploads.get(uid)
    if (upload === undefined || upload.state !== 'received') return false
    for (const one of all())
      if (one.sha512 === upload.sha512 && one.target?.media === upload.target?.media)
        change(one.uid, one.state, changed)
    return true
  }

  const twinOf = (sha512: string): UploadTarget | null => {
    const file = media
      .all()
      .find((one) => one.readFacts().sha512 === sha512 && one.sharesBytes && one.deletedAt === null)
    if (file !== undefined) return { kind: file.kind, media: file.uid, job: null }
    const upload = all().find(
      (upload) => upload.state === 'received' && upload.deduplicates && upload.sha512 === sha512,
    )
    return upload?.target ?? null
  }

  /** Changes what is used of a ticket by one, and returns its admin; `null` if it cannot be used. */
  const useTicket = (uid: string, step: 1 | -1): string | null => {
    for (const [sha256, ticket] of tickets) {
      const used = ticket.used + step
      if (ticket.uid !== uid || used < 0) continue
      if (step === 1 && (used > ticket.count || ticket.expiresAt <= clock())) return null
      tickets.set(sha256, { ...ticket, used })
      return ticket.admin
    }
    return null
  }

  const adminOf = ({ owner }: Pick<Upload, 'owner'>): string | undefined =>
    owner.kind === 'ticket' ? [...tickets.values()].find(({ uid }) => uid === owner.ticket)?.admin : undefined

  /** Takes one of the count of the ticket of an upload. */
  const takeTicket = (uid: string): 'begun' | 'no ticket' | 'too many' => {
    const admin = useTicket(uid, 1)
    if (admin === null) return 'no ticket'
    const unfinished = all().filter(
      (upload) => upload.state === 'receiving' && upload.expiresAt > clock() && adminOf(upload) === admin,
    )
    if (unfinished.length < maxUnfinishedByTickets) return 'begun'
    useTicket(uid, -1)
    return 'too many'
  }

  return {
    begin: (upload, space, fetch) =>
      TE.fromIO(() => {
        if (!hasSpace({ ...upload, length: upload.announced, offset: 0 }, space)) return 'no space'
        const taken = upload.owner.kind === 'ticket' ? takeTicket(upload.owner.ticket) : 'begun'
        if (taken !== 'begun') return taken
        const createdAt = clock()
        uploads.set(upload.uid, {
          ...upload,
          state: 'receiving',
          offset: 0,
          hashes: null,
          sha512: null,
          target: null,
          reason: null,
          createdAt,
          touchedAt: createdAt,
          expiresAt: expiryOf(createdAt),
        })
        if (fetch !== undefined)
          addFetch(media.fetches, clock, { ...fetch, upload: upload.uid, folder: upload.folder })
        return 'begun'
      }),

    find: (uid) => TE.fromIO(() => pipe(O.fromNullable(uploads.get(uid)))),

    declareLength: (uid, length, space) =>
      TE.fromIO(() => {
        const upload = uploads.get(uid)
        if (upload === undefined || upload.length !== null) return false
        if (!hasSpace({ ...upload, length }, space)) return 'no space'
        return change(uid, 'receiving', { length })
      }),

    advance: (uid, { from, offset, hashes }) =>
      TE.fromIO(() => {
        const upload = uploads.get(uid)
        if (upload === undefined || upload.offset !== from) return false
        const times = { touchedAt: clock(), expiresAt: expiryOf(upload.createdAt) }
        return change(uid, 'receiving', { offset, hashes, ...times })
      }),

    receive: (uid, { length, sha512, target }) =>
      TE.fromIO((): UploadReceipt => {
        const upload = uploads.get(uid)
        if (upload === undefined) return { result: 'gone' }
        if (upload.state !== 'receiving')
          return upload.target === null ? { result: 'gone' } : { result: 'received', target: upload.target }
        if ([...media.takenDown.values()].some((file) => file.sha512 === sha512))
          return { result: 'taken down' }
        const twin = upload.deduplicates ? twinOf(sha512) : null
        const changed = { length, offset: length, sha512, hashes: null }
        if (twin === null) {
          change(uid, 'receiving', { ...changed, state: 'received', target })
          return { result: 'received', target }
        }
        change(uid, 'receiving', { ...changed, state: 'in_library', target: twin })
        return { result: 'twin', target: twin }
      }),

    adopt: (uid, target) => TE.fromIO(() => endReceived(uid, { state: 'in_library', target })),
    refuse: (uid, reason) => TE.fromIO(() => endReceived(uid, { state: 'refused', reason })),

    abandon: (uid, givesBack) =>
      TE.fromIO(() => {
        const upload = uploads.get(uid)
        if (upload === undefined || upload.state !== 'receiving') return false
        dropFetch(media.fetches, uid)
        if (givesBack && upload.owner.kind === 'ticket') useTicket(upload.owner.ticket, -1)
        return uploads.delete(uid)
      }),

    isReceived: (media) =>
      TE.fromIO(() => all().some(({ state, target }) => state === 'received' && target?.media === media)),

    statesOf: (uids) =>
      TE.fromIO(
        () =>
          new Map(
            uids.flatMap((uid) => {
              const upload = uploads.get(uid)
              return upload === undefined ? [] : [[uid, upload.state] as const]
            }),
          ),
      ),

    listReceived: (folder, limit) =>
      TE.fromIO(() =>
        all()
          .filter((upload) => upload.folder === folder && upload.state === 'received')
          .slice(0, limit)
          .map(({ uid }) => uid),
      ),

    listStranded: (folder, idleMs, limit) =>
      TE.fromIO(() =>
        all()
          .filter((upload) => upload.folder === folder && upload.state === 'receiving')
          .filter(
            ({ offset, length, expiresAt, protocol, touchedAt }) =>
              (offset === length && protocol !== 'url') ||
              expiresAt < clock() ||
              (protocol === 'multipart' && touchedAt <= clock() - idleMs),
          )
          .slice(0, limit),
      ),

    listForsaken: (folder, forMs, limit) =>
      TE.fromIO(() =>
        all()
          .filter((upload) => upload.folder !== folder && upload.state === 'receiving')
          .filter(({ expiresAt }) => expiresAt < clock() - forMs)
          .slice(0, limit),
      ),

    forget: (forMs, limit) =>
      TE.fromIO(() => {
        const ended = all()
          .filter(({ state }) => state === 'in_library' || state === 'refused')
          .filter(({ touchedAt }) => touchedAt < clock() - forMs)
          .slice(0, limit)
        for (const { uid } of ended) uploads.delete(uid)
        return ended.length
      }),
  }
}
