import { E, TE } from '../../fp.ts'
import { headBytes, type IncomingFiles, type IncomingWriter } from '../../ports/incoming-files.ts'
import type { UploadRepository } from '../../ports/upload-repository.ts'
import type { ByteStream } from '../media/bytes.ts'
import {
  type Forbidden,
  type NoSpace,
  type NotAccepted,
  type NotFound,
  noSpace,
  notFound,
  type TooLarge,
  tooLarge,
  type Unavailable,
  type WrongKind,
} from '../shared/errors.ts'
import { workStoppedFailure } from '../shared/work-stopped.ts'
import { acceptedKind } from './accepted-kind.ts'
import type { Upload, UploadCaller } from './upload.ts'
import type { UploadHold } from './upload-lock.ts'
import { hasSpaceForOriginal, readUploadSpace } from './upload-space.ts'
import type { StillMayUpload, WatchRight } from './watch-right.ts'

export type AppendDeps = {
  readonly incoming: IncomingFiles
  readonly uploads: UploadRepository
  readonly watchRight: WatchRight
  /** How many bytes of the disk must stay free. */
  readonly reserveBytes: number
}

export type AppendFailure = Forbidden | NotFound | TooLarge | NoSpace | NotAccepted | WrongKind | Unavailable

/** The bytes that arrived. */
export type Appended = {
  /** The upload with its new offset, which is certainly on disk. */
  readonly upload: Upload
  /** Why the body ended early; `null` if it did not, or was interrupted. */
  readonly failure: unknown
  /** Whether another request asked for the upload before the end of the body, whose other bytes are not read. */
  readonly isInterrupted: boolean
  /** Tells whether the owner has the right still. To be asked if more than the bytes is waited for before they are acknowledged. */
  readonly stillMayUpload: StillMayUpload
}

/** So many bytes at most arrive between two times that progress is written down: what a killed process loses. */
const noteBytes = 32 * 1024 * 1024

/** So many bytes at most arrive between two looks at the space of the disk. */
const spaceBytes = 1024 * 1024

/** Signals that the loop of the body ends with a failure of ours. */
class Stop extends Error {
  readonly failure: AppendFailure
  constructor(failure: AppendFailure) {
    super(failure._tag)
    this.failure = failure
  }
}

const orStop = <A>(result: E.Either<AppendFailure, A>): A => {
  if (E.isLeft(result)) throw new Stop(result.left)
  return result.right
}

type BodyEnd = Pick<Appended, 'failure' | 'isInterrupted'>

/** The next piece of a body; its failure is the client's, and not one of the disk. */
type Piece = { readonly _tag: 'piece'; readonly bytes: Uint8Array } | ({ readonly _tag: 'end' } & BodyEnd)

const readPiece = async (pieces: AsyncIterator<Uint8Array>): Promise<Piece> => {
  try {
    const next = await pieces.next()
    return next.done === true
      ? { _tag: 'end', failure: null, isInterrupted: false }
      : { _tag: 'piece', bytes: next.value }
  } catch (failure) {
    return { _tag: 'end', failure, isInterrupted: false }
  }
}

const interruption: Piece = { _tag: 'end', failure: null, isInterrupted: true }

type Pieces = {
  /** Waits for the next piece, or until the reading has to end: the client may be gone without a word. */
  readonly next: () => Promise<Piece>
  /** Ends the reading. The body is closed as soon as a piece that is waited for is there. */
  readonly close: () => void
}

/**
 * Reads a body until the signal is aborted. One listener serves all pieces, because a long body has many thousands. It is
 * removed at the end, because the signal lives as long as the connection of the locks.
 */
const piecesUntil = (body: ByteStream, ending: AbortSignal): Pieces => {
  const pieces = body[Symbol.asyncIterator]()
  let end: () => void = () => undefined
  const onAbort = () => end()
  ending.addEventListener('abort', onAbort)
  return {
    next: () => {
      if (ending.aborted) return Promise.resolve(interruption)
      const interrupted = new Promise<Piece>((resolve) => {
        end = () => resolve(interruption)
      })
      return Promise.race([readPiece(pieces), interrupted])
    },
    close: () => {
      ending.removeEventListener('abort', onAbort)
      // A body that breaks off now is not missed.
      pieces.return?.().catch(() => undefined)
    },
  }
}

/**
 * Appends a body to the file of an upload, whose lock the caller has. Whatever ends the body, the bytes that have arrived
 * are on disk, and the row tells so, when this returns. Ends early when another request asks for the upload. Fails with
 * NotFound if the bytes before are gone, and with Forbidden if the caller has lost the right meanwhile.
 */
export const appendBytes =
  (
    deps: AppendDeps,
    upload: Upload,
    caller: UploadCaller,
    body: ByteStream,
    { lost, asked }: UploadHold,
  ): TE.TaskEither<AppendFailure, Appended> =>
  async () => {
    const { incoming, uploads, watchRight } = deps
    const { uid, state, length, maxBytes } = upload
    const stillMayUpload = watchRight(caller)
    // A client that lost the answer to its last bytes sends none at the end. Its file may be gone from the folder.
    if (state !== 'receiving')
      return E.right({ upload, failure: null, isInterrupted: false, stillMayUpload: TE.right(undefined) })
    const opened = await incoming.open(uid, upload)()
    if (E.isLeft(opened)) return opened
    const writer = opened.right
    if (writer === null) return E.left(notFound('upload', uid))
    let noted: Upload = upload
    let isLost = false

    /**
     * Syncs the file. A disk reports a failure once, and drops what it could not write: a later sync would succeed, though the
     * bytes are gone.
     */
    const sync = async (): ReturnType<IncomingWriter['sync']> => {
      const written = await writer.sync()
      if (E.isLeft(written)) isLost = true
      return written
    }

    /** Waits for the disk, and writes down how far the bytes are. */
    const note = async (): Promise<void> => {
      if (isLost) return
      if (lost.aborted) throw new Stop(workStoppedFailure)
      if (writer.size() === noted.offset && noted.hashes !== null) return
      // Bytes that are not noted were told to no client, so the end of a right is checked first.
      orStop(await stillMayUpload())
      const written = orStop(await sync())
      const advanced = orStop(await uploads.advance(uid, { from: noted.offset, ...written })())
      // Another request has continued or ended the upload, so it is not this one's to decide about.
      if (!advanced) throw new Stop(workStoppedFailure)
      noted = { ...noted, ...written }
    }

    let spaceCheckedAt = 0
    /** An upload of unknown length has announced nothing, so the disk is asked. */
    const checkSpace = async (): Promise<void> => {
      spaceCheckedAt = writer.size()
      if (length !== null) return
      const space = orStop(await readUploadSpace(deps)())
      if (space.free < space.reserve || !hasSpaceForOriginal(space, writer.size())) throw new Stop(noSpace)
    }

    let isHeadChecked = upload.offset >= headBytes
    const take = async (bytes: Uint8Array): Promise<void> => {
      if (writer.size() + bytes.length > (length ?? maxBytes)) throw new Stop(tooLarge(length ?? maxBytes))
      orStop(await writer.write(bytes))
      if (!isHeadChecked && writer.size() >= headBytes) {
        isHeadChecked = true
        const head = orStop(await incoming.head(uid)())
        if (head === null) throw new Stop(notFound('upload', uid))
        orStop(acceptedKind(upload, head))
      }
      if (writer.size() - noted.offset >= noteBytes) await note()
      if (writer.size() - spaceCheckedAt >= spaceBytes) await checkSpace()
    }

    const receive = async (): Promise<BodyEnd> => {
      await checkSpace()
      const pieces = piecesUntil(body, AbortSignal.any([asked, lost]))
      try {
        for (;;) {
          const piece = await pieces.next()
          if (piece._tag === 'end') return piece
          await take(piece.bytes)
        }
      } finally {
        pieces.close()
      }
    }

    const attempt = async <A>(work: () => Promise<A>): Promise<E.Either<AppendFailure, A>> => {
      try {
        return E.right(await work())
      } catch (error) {
        if (error instanceof Stop) return E.left(error.failure)
        throw error
      }
    }

    try {
      const received = await attempt(receive)
      const isNoted = await attempt(note)
      if (E.isLeft(received)) return received
      if (E.isLeft(isNoted)) return isNoted
      const { failure, isInterrupted } = received.right
      return E.right({ upload: noted, failure, isInterrupted, stillMayUpload })
    } finally {
      await writer.close()
    }
  }
