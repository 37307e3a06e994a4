import { DataStore, Metadata, Server, type Upload } from '@tus/server'
import { E, type TE } from '../../fp.ts'
import type { TusFault, TusProtocol, TusReply, TusRequest, TusUploads } from '../../ports/tus-protocol.ts'

// The package reads and checks the headers of the protocol. What it would do with uploads is done by the functions that it
// is given: it would keep a second record of each upload in a file, forget locks of a killed process, call the finish of
// an upload more than once or never, and delete finished uploads when they expire.

const path = '/tus'

/** Only a part of the path of the request to the package, which needs a whole URL. */
const origin = 'http://larder.invalid'

/** Carries a failure through the package. */
class Failure extends Error {
  readonly failure: unknown
  constructor(failure: unknown) {
    super('the upload failed')
    this.failure = failure
  }
}

/** Carries an exception through the package, which would make a reply of it. */
class Exception extends Error {}

const attempt = async <L, A>(task: TE.TaskEither<L, A>): Promise<E.Either<L, A>> => {
  try {
    return await task()
  } catch (cause) {
    throw new Exception('the upload threw', { cause })
  }
}

const orThrow = async <A>(task: TE.TaskEither<unknown, A>): Promise<A> => {
  const result = await attempt(task)
  if (E.isLeft(result)) throw new Failure(result.left)
  return result.right
}

/** The headers that the package understands. Others, such as those of proxies, are not for it to judge. */
const readHeaders = [
  'content-length',
  'content-type',
  'tus-resumable',
  'upload-concat',
  'upload-defer-length',
  'upload-length',
  'upload-metadata',
  'upload-offset',
]

/** The headers of its replies that are sent: those for CORS are not. */
const sentHeaders = ['location', 'upload-defer-length', 'upload-length', 'upload-metadata', 'upload-offset']

/** Connects the package with the functions of one request. */
class RequestStore extends DataStore {
  private readonly uploads: TusUploads<unknown>
  private readonly request: TusRequest

  constructor(uploads: TusUploads<unknown>, request: TusRequest) {
    super()
    this.uploads = uploads
    this.request = request
    this.extensions = ['creation', 'creation-with-upload', 'creation-defer-length', 'termination']
  }

  override async create(upload: Upload): Promise<Upload> {
    const sentMetadata = this.request.headers['upload-metadata'] || null
    const length = upload.size ?? null
    upload.id = await orThrow(this.uploads.create({ length, metadata: upload.metadata ?? {}, sentMetadata }))
    return upload
  }

  override async getUpload(id: string): Promise<Upload> {
    const { length, offset, sentMetadata } = await orThrow(this.uploads.find)
    const metadata = sentMetadata === null ? undefined : Metadata.parse(sentMetadata)
    return {
      id,
      offset,
      size: length ?? undefined,
      metadata,
      sizeIsDeferred: length === null,
    } as Upload
  }

  override declareUploadLength(_: string, length: number): Promise<void> {
    return orThrow(this.uploads.declareLength(length))
  }

  // The package copies each byte through four streams, so it is given none of them.
  override write(): Promise<number> {
    return orThrow(this.uploads.append(this.request.body))
  }

  override remove(): Promise<void> {
    return orThrow(this.uploads.remove)
  }
}

/** Each request has the lock of its upload already. */
const noLock = { lock: async () => undefined, unlock: async () => undefined }

const toWebRequest = ({ method, uid, headers }: TusRequest): Request => {
  const url = uid === null ? `${origin}${path}` : `${origin}${path}/${encodeURIComponent(uid)}`
  const read = new Headers()
  // A client without metadata may send an empty header, which the package refuses.
  for (const name of readHeaders) if (headers[name]) read.set(name, headers[name])
  return new Request(url, { method, headers: read })
}

const toReply = ({ status, headers }: Response): TusReply => ({
  status,
  headers: Object.fromEntries(
    sentHeaders.flatMap((name) => {
      const value = headers.get(name)
      return value === null ? [] : [[name, value]]
    }),
  ),
})

/** Speaks tus by the package `@tus/server`. `locationOf`: the address of an upload. */
export const createTusServer =
  (locationOf: (uid: string) => string): TusProtocol =>
  async <F>(request: TusRequest, uploads: TusUploads<F>) => {
    let failure: { readonly failure: unknown } | null = null
    let exception: Exception | null = null
    const server = new Server({
      path,
      datastore: new RequestStore(uploads, request),
      locker: { newLock: () => noLock },
      namingFunction: () => 'new',
      generateUrl: (_, { id }) => locationOf(id),
      onResponseError: async (_, error) => {
        if (error instanceof Failure) failure = error
        if (error instanceof Exception) exception = error
        return undefined
      },
    })
    const response = await server.handleWeb(toWebRequest(request))
    const thrown = exception as Exception | null
    if (thrown !== null) throw thrown.cause
    // Whatever the package made of the failure: it came from the functions of the request.
    const failed = failure as { readonly failure: F } | null
    if (failed !== null) return E.left(failed.failure)
    const fault: TusFault = { _tag: 'TusFault', status: response.status }
    return response.ok ? E.right(toReply(response)) : E.left(fault)
  }
