import { E, O, pipe, TE } from '../../fp.ts'
import type { FetchAttempt, FetchRepository } from '../../ports/fetch-repository.ts'
import type { Outbound, OutboundResponse } from '../../ports/outbound.ts'
import type { UploadUid } from '../media/ids.ts'
import { type Unavailable, unavailable } from '../shared/errors.ts'
import { type OutboundFault, outboundFaultOf, outboundFaultTexts } from '../shared/outbound-fault.ts'
import { type AppendDeps, appendBytes } from './append-bytes.ts'
import { type FinishDeps, finishUpload } from './finish-upload.ts'
import { refuseFetch } from './refuse-fetch.ts'
import type { Upload } from './upload.ts'
import type { UploadHold } from './upload-lock.ts'
import { readUploadSpace } from './upload-space.ts'

export type FetchDeps = AppendDeps &
  FinishDeps & {
    readonly fetches: FetchRepository
    readonly outbound: Outbound
    /** Maximum time for a file, with all redirects. */
    readonly fetchSeconds: number
  }

/**
 * How an attempt ended. `received`: the upload is acknowledged, and its original is not stored yet. `ended`: there is nothing
 * more to do. `stopped`: another process, or this one after its next start, tries again.
 */
type FetchEnd = 'received' | 'ended' | 'stopped'

/** Number of attempts: each that does not count as handed back has ended with its process. */
const maxAttempts = 5

const connectMs = 10_000
const silenceMs = 30_000
const maxRedirects = 5

/** The attempt failed for good, with a reason for the admin. */
type Refusal = { readonly _tag: 'FetchRefusal'; readonly reason: string }
type Failure = Refusal | { readonly _tag: 'FetchStopped' } | { readonly _tag: 'FetchGone' } | Unavailable

const refusal = (reason: string): Refusal => ({ _tag: 'FetchRefusal', reason })
const stopped: Failure = { _tag: 'FetchStopped' }
const gone: Failure = { _tag: 'FetchGone' }

const ofFault = ({ reason }: OutboundFault): Failure =>
  reason === 'stopped' ? stopped : refusal(`the server ${outboundFaultTexts[reason]}`)

const isIdentity = (coding: string | undefined): boolean =>
  coding === undefined || coding.trim() === '' || coding.trim().toLowerCase() === 'identity'

const faultOfResponse = ({ status, headers }: OutboundResponse): Failure | null => {
  if (status !== 200) return refusal(`the server answers ${status}`)
  return isIdentity(headers['content-encoding'])
    ? null
    : refusal('the server sends the file with a content coding')
}

/** Creates the failure of bytes that are not accepted. */
const ofUploadFailure = (error: { readonly _tag: string; readonly message?: string }): Failure => {
  switch (error._tag) {
    case 'NotFound':
      return gone
    case 'TooLarge':
      return refusal('the file is longer than uploads may be')
    case 'Forbidden':
      return refusal('the user that asked for it is no admin any more')
    case 'NoSpace':
      return refusal('the disk has no space for this file')
    case 'WrongKind':
      return refusal('files of this kind are not accepted')
    case 'TakenDown':
      return refusal('these bytes were taken down, so they are not accepted again')
    case 'NotAccepted':
      return refusal(error.message ?? 'the file cannot be accepted')
    default:
      return 'cause' in error ? (error as Unavailable) : unavailable('upload')(error._tag)
  }
}

/** Fetches a file into its upload, whose lock the caller has, from its first byte. */
export const fetchUpload = (
  deps: FetchDeps,
  uid: UploadUid,
  hold: UploadHold,
  signal: AbortSignal,
): TE.TaskEither<Unavailable, FetchEnd> => {
  const { fetches, uploads, outbound, newUid, fetchSeconds } = deps

  const declare = (length: number): TE.TaskEither<Failure, void> =>
    pipe(
      readUploadSpace(deps),
      TE.flatMap((space) => uploads.declareLength(uid, length, space)),
      TE.flatMapEither((declared): E.Either<Failure, void> => {
        if (declared === 'no space') return E.left(ofUploadFailure({ _tag: 'NoSpace' }))
        return declared ? E.right(undefined) : E.left(gone)
      }),
    )

  const receive =
    (response: OutboundResponse, upload: Upload): TE.TaskEither<Failure, Upload> =>
    async () => {
      const { length } = response
      const declared = length === null ? E.right(undefined) : await declare(length)()
      if (E.isLeft(declared)) return declared
      const caller = { owner: upload.owner, credential: null }
      const appended = await appendBytes(deps, { ...upload, length }, caller, response.body, hold)()
      if (E.isLeft(appended)) return E.left(ofUploadFailure(appended.left))
      const { failure, isInterrupted, upload: now } = appended.right
      const fault = outboundFaultOf(failure)
      if (fault !== null) return E.left(ofFault(fault))
      if (failure !== null) throw failure
      if (isInterrupted) return E.left(stopped)
      const closed = length === null ? await declare(now.offset)() : E.right(undefined)
      return E.isLeft(closed) ? closed : E.right({ ...now, length: now.offset })
    }

  const attempt = ({ url, job }: FetchAttempt, upload: Upload): TE.TaskEither<Failure, FetchEnd> =>
    pipe(
      outbound({
        url,
        method: 'GET',
        headers: {},
        body: null,
        maxRedirects,
        limits: {
          connectMs,
          headersMs: silenceMs,
          idleMs: silenceMs,
          totalMs: fetchSeconds * 1000,
          maxBytes: upload.maxBytes,
          longerBody: 'fails',
        },
        signal: AbortSignal.any([signal, hold.lost, hold.asked]),
      }),
      TE.mapLeft(ofFault),
      TE.flatMap((response): TE.TaskEither<Failure, Upload> => {
        const fault = faultOfResponse(response)
        return pipe(
          fault === null ? receive(response, upload) : TE.left(fault),
          TE.tapError(() => TE.fromIO(response.close)),
        )
      }),
      TE.flatMap(
        (received): TE.TaskEither<Failure, FetchEnd> =>
          pipe(
            // The admin got the uid of the job before there was a file.
            finishUpload({ ...deps, newUid: { ...newUid, job: () => job } }, received, hold.lost, {
              // The reason and the end of the upload are written at once, so that its admin always finds one of both.
              discards: false,
            }),
            TE.mapLeft(ofUploadFailure),
            TE.map(({ isNew }) => (isNew ? 'received' : 'ended')),
          ),
      ),
    )

  const end = (failure: Failure): TE.TaskEither<Unavailable, FetchEnd> => {
    switch (failure._tag) {
      case 'FetchRefusal':
        if (hold.lost.aborted) return TE.right('stopped')
        return pipe(
          refuseFetch(deps, uid, failure.reason),
          TE.map(() => 'ended'),
        )
      case 'FetchStopped':
        return pipe(
          fetches.handBack(uid),
          TE.map(() => 'stopped'),
        )
      case 'FetchGone':
        return pipe(
          fetches.remove(uid),
          TE.map(() => 'ended'),
        )
      case 'Unavailable':
        // A service is down, or this machine is at fault, and not the server: this does not count as an attempt.
        return pipe(
          fetches.handBack(uid),
          TE.flatMap(() => TE.left(failure)),
        )
    }
  }

  return pipe(
    fetches.begin(uid),
    TE.bindTo('begun'),
    TE.bind('found', () => uploads.find(uid)),
    TE.flatMap(({ begun, found }): TE.TaskEither<Unavailable, FetchEnd> => {
      if (O.isNone(begun) || O.isNone(found)) return TE.right('ended')
      if (begun.value.attempt > maxAttempts)
        return end(refusal(`the process that fetched the file died ${maxAttempts} times`))
      return pipe(
        attempt(begun.value, found.value),
        TE.matchE(end, (done) =>
          pipe(
            fetches.remove(uid),
            TE.map(() => done),
          ),
        ),
      )
    }),
  )
}
