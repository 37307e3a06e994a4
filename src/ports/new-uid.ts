import type {
  ContentExportUid,
  ContentFileUid,
  ContentPartUid,
  ImageExportUid,
  ImageFileUid,
  InstanceUid,
  JobUid,
  PurgeUid,
  StoredFileUid,
  TicketUid,
  UploadUid,
} from '../domain/media/ids.ts'

/** Creates uids: `{prefix_}{kind}_{22 url-safe characters from 16 random bytes}` (http-api.md §1.2). */
export type NewUid = {
  readonly imageFile: () => ImageFileUid
  readonly imageExport: () => ImageExportUid
  readonly contentFile: () => ContentFileUid
  readonly contentExport: () => ContentExportUid
  readonly contentPart: () => ContentPartUid
  readonly storedFile: () => StoredFileUid
  readonly job: () => JobUid
  readonly instance: () => InstanceUid
  readonly purge: () => PurgeUid
  readonly upload: () => UploadUid
  readonly ticket: () => TicketUid
}
