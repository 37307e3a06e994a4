import * as t from 'io-ts'
import { mediaKinds } from '../media/media-kind.ts'
import { withDescription } from '../shared/json-schema.ts'
import { nullable } from '../shared/nullable.ts'
import { oneOf } from '../shared/one-of.ts'
import { Count } from '../shared/reply-values.ts'
import { storedUploadStates, type UploadTarget } from './upload.ts'
import type { UploadStatus } from './upload-status.ts'

const UploadState = oneOf('upload_state', [...storedUploadStates, 'ready', 'failed'])
const Kind = oneOf('media_kind', mediaKinds)

/** The state of an upload as JSON (http-api.md §11.2). */
export const UploadStateJson = t.intersection(
  [
    t.strict({
      state: withDescription(
        UploadState,
        '`received`: all bytes are on disk. `in_library`: the library has the file, its exports are being made.',
      ),
      offset: withDescription(Count, 'Number of bytes that have arrived.'),
      length: withDescription(nullable(Count), 'Length in bytes, if it was said.'),
      uid: withDescription(nullable(t.string), 'The uid of the file, once all bytes have arrived.'),
      kind: nullable(Kind),
      progress: withDescription(nullable(t.number), 'Finished part of the exports, from 0 to 1.'),
      eta_seconds: nullable(t.number),
      reason: withDescription(nullable(t.string), 'Why it was refused, or failed.'),
    }),
    t.exact(
      t.partial({
        jwt: withDescription(t.string, 'A token for the file, if the ticket permits to view it.'),
      }),
    ),
  ],
  'UploadState',
)
export type UploadStateJson = t.TypeOf<typeof UploadStateJson>

/** Returns the state of an upload. `jwt`: a token for its file; `null` if there is none. */
export const uploadStateAsJson = (
  { upload: { offset, length, target }, state, progress, etaSeconds, reason }: UploadStatus,
  jwt: string | null,
): UploadStateJson => ({
  state,
  offset,
  length,
  uid: target?.media ?? null,
  kind: target?.kind ?? null,
  progress,
  eta_seconds: etaSeconds,
  reason,
  ...(jwt !== null && { jwt }),
})

/** Returns the state of a file that could not be fetched. Nothing of it is stored but the reason. */
export const refusedFetchAsJson = (reason: string): UploadStateJson => ({
  state: 'refused',
  offset: 0,
  length: null,
  uid: null,
  kind: null,
  progress: null,
  eta_seconds: null,
  reason,
})

/** A file that was uploaded in one request (http-api.md §11.1). */
export const UploadedJson = t.strict(
  {
    upload: withDescription(t.string, 'The uid of the upload, to ask for its state.'),
    uid: withDescription(t.string, 'The uid of the file.'),
    kind: Kind,
    state: UploadState,
    job: withDescription(nullable(t.string), 'The job that makes the exports, if there is one.'),
  },
  'Uploaded',
)

export const uploadedAsJson = (
  { upload: { uid }, state }: UploadStatus,
  { kind, media, job }: UploadTarget,
): t.TypeOf<typeof UploadedJson> => ({ upload: uid, uid: media, kind, state, job })
