import { tooLarge } from '../../domain/shared/errors.ts'
import type { AuthenticateUploader } from '../../domain/upload/authenticate-uploader.ts'
import type { FinishedUpload } from '../../domain/upload/finish-upload.ts'
import type { HeldUpload, UploadFailure } from '../../domain/upload/held-upload.ts'
import type { ShowUpload } from '../../domain/upload/show-upload.ts'
import type { UploadOwner, UploadRights } from '../../domain/upload/upload.ts'
import { UploadedJson, UploadStateJson, uploadedAsJson } from '../../domain/upload/upload-json.ts'
import { uploadBusy } from '../../domain/upload/upload-lock.ts'
import type { UploadService } from '../../domain/upload/upload-service.ts'
import type { UploadStatus } from '../../domain/upload/upload-status.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { CorsPolicy } from '../middleware/cors.ts'
import type { UploadRouteHandler } from '../middleware/ticket-limit.ts'
import { jsonOf } from '../openapi/reply-descriptions.ts'
import { uploaderAuthenticator } from '../request/credential.ts'
import { ByUid } from '../request/named-by-uid.ts'
import { malformedBody, type RequestFault } from '../request/request-faults.ts'
import { uploadBody } from '../request/upload-body.ts'
import { toUploadDetails } from '../request/upload-details.ts'
import { maxFormBytes, readUploadForm, type UploadForm } from '../request/upload-form.ts'
import { jsonReply, type Reply } from '../response/reply.ts'
import { createRouteGroup, type RouteGroup } from '../router.ts'

type Deps = {
  readonly authenticateUploader: AuthenticateUploader
  readonly uploadService: UploadService
  readonly showUpload: ShowUpload
  /** Maximum length (bytes) of a file in a form. */
  readonly smallMaxBytes: number
  /** How long a reply waits for the original to be stored: then the file is there, and tokens can be minted for it. */
  readonly patienceMs: number
  readonly sharing: CorsPolicy
}

type Outcome<A> = TE.TaskEither<UploadFailure | RequestFault, A>

const lengthOf = (headers: Readonly<Record<string, unknown>>): number | null => {
  const length = headers['content-length']
  return typeof length === 'string' ? Number(length) : null
}

/** Appends the file of a form, and finishes the upload. The upload is deleted unless all of it succeeds. */
const receiveForm =
  (form: UploadForm, held: HeldUpload): Outcome<FinishedUpload> =>
  async () => {
    const received = await pipe(
      held.append(form.file),
      TE.flatMap((appended): Outcome<HeldUpload> => {
        if (appended.isInterrupted) return TE.left(uploadBusy)
        if (appended.failure !== null) return TE.left(malformedBody)
        return pipe(
          form.end,
          // The end of a form may take half an hour.
          TE.tap((): Outcome<void> => appended.stillMayUpload),
          TE.map(() => appended.held),
        )
      }),
    )()
    if (E.isLeft(received)) {
      form.cancel()
      // Why the form failed says more than that the file ended early.
      const fault = received.left === malformedBody ? await form.end() : received
      await held.discard()
      return E.isLeft(fault) ? fault : received
    }
    return received.right.finish()
  }

/** The routes that receive files in one request, and tell the state of uploads (http-api.md §11.2). */
export const uploadRoutes = (
  { authenticateUploader, uploadService, showUpload, smallMaxBytes, patienceMs, sharing }: Deps,
  handle: UploadRouteHandler,
): RouteGroup => {
  const routes = createRouteGroup('/api/1', sharing)
  const credential = uploaderAuthenticator(authenticateUploader)

  const statusOf = (owner: UploadOwner, uid: string): Outcome<UploadStatus> =>
    uploadService.status(owner, uid)

  const upload = (rights: UploadRights, form: UploadForm, announced: number): Outcome<Reply> => {
    const details = toUploadDetails(form.fields)
    if (E.isLeft(details)) return TE.left(details.left)
    const limited = { ...rights, maxBytes: Math.min(rights.maxBytes, smallMaxBytes) }
    const request = {
      protocol: 'multipart' as const,
      length: null,
      announced: Math.min(announced, limited.maxBytes),
      fileName: form.fileName,
      details: details.right,
      sentMetadata: null,
    }
    return pipe(
      uploadService.begin(limited, request),
      TE.flatMap((uid) =>
        pipe(
          uploadService.withUpload(rights, uid, (held) => receiveForm(form, held), { patienceMs }),
          TE.bindTo('finished'),
          TE.bind('status', () => statusOf(rights.owner, uid)),
        ),
      ),
      TE.map(({ finished, status }) =>
        jsonReply(UploadedJson, uploadedAsJson(status, finished.target), finished.isNew ? 201 : 200),
      ),
    )
  }

  routes.on(
    'POST',
    '/uploads',
    handle({
      about: {
        id: 'uploadFile',
        tag: 'uploads',
        summary: 'Receives a file as a form: `title`, `public`, `alt`, `metadata`, then `file`.',
        replies: {
          201: jsonOf(
            UploadedJson,
            'All bytes are on disk. The file may still be on its way into the library.',
          ),
          200: jsonOf(UploadedJson, 'The library has the file already, as it was.'),
        },
        errors: [404, 409, 507],
      },
      credential,
      body: uploadBody,
      handler: ({ credential: rights, body, incoming: { headers } }) => {
        const length = lengthOf(headers)
        if (length !== null && length > smallMaxBytes + maxFormBytes) return TE.left(tooLarge(smallMaxBytes))
        return pipe(
          () => readUploadForm(headers, body),
          TE.flatMap((form) =>
            pipe(
              upload(rights, form, length ?? smallMaxBytes),
              TE.mapLeft((failure) => {
                form.cancel()
                return failure
              }),
            ),
          ),
        )
      },
    }),
  )

  routes.get(
    '/uploads/:uid',
    handle({
      about: {
        id: 'showUpload',
        tag: 'uploads',
        summary: 'Tells the caller that began an upload how far it is.',
        replies: { 200: jsonOf(UploadStateJson, 'The state of the upload.') },
        errors: [404],
      },
      credential,
      params: ByUid,
      handler: ({ credential: { owner }, params: { uid } }) =>
        pipe(
          showUpload(owner, uid),
          TE.map((state) => jsonReply(UploadStateJson, state)),
        ),
    }),
  )
  return routes
}
