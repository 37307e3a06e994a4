import type { ByteStream } from '../../domain/media/bytes.ts'
import { conflict, type DomainError, notFound, tooLarge } from '../../domain/shared/errors.ts'
import { isTimeout } from '../../domain/shared/timeout-error.ts'
import type { AuthenticateUploader } from '../../domain/upload/authenticate-uploader.ts'
import type { HeldUpload } from '../../domain/upload/held-upload.ts'
import type { Upload, UploadRights } from '../../domain/upload/upload.ts'
import type { UploadService } from '../../domain/upload/upload-service.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { TusFault, TusProtocol, TusReply, TusRequest, TusUploads } from '../../ports/tus-protocol.ts'
import { formatHttpDate } from '../bytes/http-date.ts'
import type { ServerLifecycle } from '../lifecycle.ts'
import type { CorsPolicy } from '../middleware/cors.ts'
import type { UploadRouteHandler } from '../middleware/ticket-limit.ts'
import type { ReplyHeader } from '../openapi/header-descriptions.ts'
import type { ReplyDescription } from '../openapi/route-description.ts'
import { uploaderAuthenticator } from '../request/credential.ts'
import type { IncomingRequest } from '../request/incoming.ts'
import { ByUid } from '../request/named-by-uid.ts'
import { releaseBytes } from '../request/release-bytes.ts'
import {
  malformedBody,
  malformedUpload,
  type RequestFault,
  slowRequest,
  unsupportedMedia,
  wrongTusVersion,
} from '../request/request-faults.ts'
import { uploadBody } from '../request/upload-body.ts'
import { pickSentFields, toUploadDetails } from '../request/upload-details.ts'
import type { Reply } from '../response/reply.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = {
  readonly authenticateUploader: AuthenticateUploader
  readonly uploadService: UploadService
  readonly tus: TusProtocol
  readonly sharing: CorsPolicy
  readonly lifecycle: ServerLifecycle
}

type Failure = DomainError | RequestFault
type Outcome<A> = TE.TaskEither<Failure, A>

/** Translates a fault that the protocol names by its status only. */
const failureOf = ({ status }: TusFault, uid: string): Failure => {
  if (status === 409) return conflict('the upload has another offset')
  if (status === 413) return tooLarge(0)
  return status === 404 || status === 410 ? notFound('upload', uid) : malformedUpload
}

/** Ends a body with the next piece once the server stops, so that what has arrived is written down before its end. */
async function* untilStopping(body: ByteStream, { isStopping }: ServerLifecycle): ByteStream {
  for await (const piece of body) {
    yield piece
    releaseBytes(piece)
    if (isStopping()) return
  }
}

/** A GET is not one of the protocol, and needs none of its headers. */
const speakingTus = (incoming: IncomingRequest): IncomingRequest =>
  incoming.method === 'HEAD'
    ? incoming
    : { ...incoming, headers: { ...incoming.headers, 'tus-resumable': '1.0.0' } }

const headersOf = ({ headers }: IncomingRequest): TusRequest['headers'] =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )

const expiresHeader = ({ state, expiresAt }: Upload): Readonly<Record<string, string>> =>
  state === 'receiving' ? { 'Upload-Expires': formatHttpDate(expiresAt / 1000) } : {}

const toReply = ({ status, headers }: TusReply, upload: Upload | null): Reply => ({
  status,
  headers: { ...headers, ...(upload && expiresHeader(upload)), 'Cache-Control': 'no-store' },
  body: null,
})

const described = (description: string, otherHeaders: ReadonlyArray<ReplyHeader>): ReplyDescription => ({
  description,
  content: {},
  headers: ['Cache-Control', 'Tus-Resumable'],
  otherHeaders,
})

/** The routes of uploads that can be continued, by tus 1.0.0 (http-api.md §11.2). */
export const tusRoutes = (
  { authenticateUploader, uploadService, tus, sharing, lifecycle }: Deps,
  handle: UploadRouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('/api/1', sharing)
  const credential = uploaderAuthenticator(authenticateUploader)

  /** Speaks the protocol for an upload whose lock this request has. */
  const speak =
    (request: TusRequest, uploads: TusUploads<Failure>): Outcome<TusReply> =>
    async () => {
      if (request.headers['tus-resumable'] !== '1.0.0') return E.left(wrongTusVersion)
      const reply = await tus(request, uploads)
      if (E.isRight(reply)) return reply
      return E.left(reply.left._tag === 'TusFault' ? failureOf(reply.left, request.uid ?? '') : reply.left)
    }

  const none: ByteStream = (async function* () {})()
  const unused: Outcome<never> = TE.left(malformedUpload)

  const uploadsOf = (held: HeldUpload, onChange: (upload: Upload) => void): TusUploads<Failure> => {
    let now = held
    return {
      create: () => unused,
      find: TE.fromIO(() => now.upload),
      declareLength: (length) =>
        pipe(
          now.declareLength(length),
          TE.tapIO((declared) => () => {
            now = declared
          }),
          TE.map(() => undefined),
        ),
      append: (body) =>
        pipe(
          now.append(untilStopping(body, lifecycle)),
          TE.flatMap((appended): Outcome<number> => {
            now = appended.held
            onChange(appended.upload)
            if (appended.failure === null) return TE.right(appended.upload.offset)
            return TE.left(isTimeout(appended.failure) ? slowRequest : malformedBody)
          }),
        ),
      remove: unused,
    }
  }

  const onUpload = (
    method: 'HEAD' | 'PATCH',
    rights: UploadRights,
    uid: string,
    incoming: IncomingRequest,
    body: ByteStream,
  ): Outcome<Reply> =>
    uploadService.withUpload(rights, uid, (held) => {
      let upload = held.upload
      const request = { method, uid, headers: headersOf(incoming), body }
      const uploads = uploadsOf(held, (changed) => {
        upload = changed
      })
      return pipe(
        speak(request, uploads),
        TE.map((reply) => toReply(reply, upload)),
      )
    })

  const end = ({ owner }: UploadRights, uid: string, incoming: IncomingRequest): Outcome<Reply> => {
    const request: TusRequest = { method: 'DELETE', uid, headers: headersOf(incoming), body: none }
    const find = uploadService.find(owner, uid)
    const changes = { create: () => unused, declareLength: () => unused, append: () => unused }
    return pipe(
      speak(request, { ...changes, find, remove: uploadService.end(owner, uid) }),
      TE.map((reply) => toReply(reply, null)),
    )
  }

  /** Begins an upload, which may bring its first bytes. */
  const create = (rights: UploadRights, incoming: IncomingRequest, body: ByteStream): Outcome<Reply> => {
    const request: TusRequest = { method: 'POST', uid: null, headers: headersOf(incoming), body }
    let begun: string | null = null
    let upload: Upload | null = null
    const withBegun = <A>(work: (held: HeldUpload) => Outcome<A>): Outcome<A> =>
      begun === null ? unused : uploadService.withUpload(rights, begun, work)
    const uploads: TusUploads<Failure> = {
      create: ({ length, metadata, sentMetadata }) => {
        const details = toUploadDetails(pickSentFields(metadata))
        if (E.isLeft(details)) return TE.left(details.left)
        const fileName = metadata.filename ?? null
        const common = { protocol: 'tus', length, announced: length ?? 0 } as const
        return pipe(
          uploadService.begin(rights, { ...common, fileName, details: details.right, sentMetadata }),
          TE.tap((uid) => async () => {
            begun = uid
            const found = await uploadService.find(rights.owner, uid)()
            if (E.isRight(found)) upload = found.right
            return E.right(undefined)
          }),
        )
      },
      find: withBegun((held) => TE.right(held.upload)),
      declareLength: () => unused,
      append: (bytes) =>
        withBegun((held) =>
          uploadsOf(held, (changed) => {
            upload = changed
          }).append(bytes),
        ),
      remove: unused,
    }
    return pipe(
      speak(request, uploads),
      TE.map((reply) => toReply(reply, upload)),
    )
  }

  routes.on(
    'POST',
    '/uploads/tus',
    handle({
      about: {
        id: 'createUpload',
        tag: 'uploads',
        summary: 'Begins an upload that can be continued (tus 1.0.0).',
        headers: ['Tus-Resumable', 'Upload-Length', 'Upload-Defer-Length', 'Upload-Metadata'],
        replies: {
          201: described('The upload has begun.', ['Location', 'Upload-Offset', 'Upload-Expires']),
        },
        errors: [404, 409, 412, 507],
      },
      credential,
      body: uploadBody,
      handler: ({ credential: rights, body, incoming }) => create(rights, incoming, body),
    }),
  )

  routes.get(
    '/uploads/tus/:uid',
    handle({
      about: {
        id: 'showUploadOffset',
        tag: 'uploads',
        summary: 'Tells where an upload is to be continued (tus 1.0.0: HEAD).',
        headers: ['Tus-Resumable'],
        replies: {
          200: described('The offset of the upload.', [
            'Upload-Offset',
            'Upload-Length',
            'Upload-Defer-Length',
            'Upload-Metadata',
            'Upload-Expires',
          ]),
        },
        errors: [400, 404, 409, 412, 415, 422],
      },
      credential,
      params: ByUid,
      handler: ({ credential: rights, params: { uid }, incoming }) =>
        onUpload('HEAD', rights, uid, speakingTus(incoming), none),
    }),
  )

  routes.on(
    'PATCH',
    '/uploads/tus/:uid',
    handle({
      about: {
        id: 'continueUpload',
        tag: 'uploads',
        summary: 'Appends bytes to an upload (tus 1.0.0).',
        headers: ['Tus-Resumable', 'Upload-Offset', 'Upload-Length'],
        replies: {
          204: described('The bytes are on disk. With the last one the upload is received.', [
            'Upload-Offset',
            'Upload-Expires',
          ]),
        },
        errors: [404, 409, 412, 507],
      },
      credential,
      params: ByUid,
      body: uploadBody,
      handler: ({ credential: rights, params: { uid }, body, incoming }) =>
        incoming.headers['content-type'] === 'application/offset+octet-stream'
          ? onUpload('PATCH', rights, uid, incoming, body)
          : TE.left(unsupportedMedia),
    }),
  )

  routes.on(
    'DELETE',
    '/uploads/tus/:uid',
    handle({
      about: {
        id: 'endUpload',
        tag: 'uploads',
        summary: 'Ends an upload that is not complete (tus 1.0.0).',
        headers: ['Tus-Resumable'],
        replies: { 204: described('The upload and its bytes are deleted.', []) },
        errors: [400, 404, 409, 412, 415, 422],
      },
      credential,
      params: ByUid,
      handler: ({ credential: rights, params: { uid }, incoming }) => end(rights, uid, incoming),
    }),
  )
  return routes
}
