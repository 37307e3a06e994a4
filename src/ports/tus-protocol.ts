import type { ByteStream } from '../domain/media/bytes.ts'
import type { E, TE } from '../fp.ts'

/** A request of tus 1.0.0 (https://tus.io/protocols/resumable-upload). */
export type TusRequest = {
  readonly method: 'POST' | 'HEAD' | 'PATCH' | 'DELETE'
  /** The uid of the upload; `null` for one that begins. */
  readonly uid: string | null
  /** The headers of the request with names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: ByteStream
}

/** An upload as the protocol sees it. */
type TusUpload = {
  /** `null`: the client declares it later. */
  readonly length: number | null
  readonly offset: number
  /** The header `Upload-Metadata` as it was sent; `null` if there was none. */
  readonly sentMetadata: string | null
}

/** What the protocol does with uploads. Failures of all functions end the request. */
export type TusUploads<F> = {
  /** Begins an upload. Returns its uid. */
  readonly create: (upload: {
    readonly length: number | null
    readonly metadata: Readonly<Record<string, string | null>>
    readonly sentMetadata: string | null
  }) => TE.TaskEither<F, string>
  readonly find: TE.TaskEither<F, TusUpload>
  readonly declareLength: (length: number) => TE.TaskEither<F, void>
  /** Appends a body at the offset of the upload. Returns the new offset. */
  readonly append: (body: ByteStream) => TE.TaskEither<F, number>
  readonly remove: TE.TaskEither<F, void>
}

/** A request that the protocol does not permit, with the status that it asks for. */
export type TusFault = { readonly _tag: 'TusFault'; readonly status: number }

export type TusReply = { readonly status: number; readonly headers: Readonly<Record<string, string>> }

/** Answers requests of tus. Changes uploads only by `uploads`, which also has the locks. */
export type TusProtocol = <F>(
  request: TusRequest,
  uploads: TusUploads<F>,
) => Promise<E.Either<F | TusFault, TusReply>>
