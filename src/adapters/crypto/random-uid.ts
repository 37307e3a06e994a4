import { randomBytes } from 'node:crypto'
import type * as t from 'io-ts'
import {
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
} from '../../domain/media/ids.ts'
import type { uidKinds } from '../../domain/media/uid-text.ts'
import { E } from '../../fp.ts'
import type { NewUid } from '../../ports/new-uid.ts'

/**
 * Creates uids. `prefix` has no underscore at its end: the prefix `acme` gives `acme_if_…`, and `null` gives
 * `if_…`.
 */
export const createRandomUid = (prefix: string | null): NewUid => {
  const createGenerator =
    <A>(codec: t.Type<A, string, unknown>, kind: keyof typeof uidKinds) =>
    (): A => {
      const random = randomBytes(16).toString('base64url')
      const uid = codec.decode([...(prefix === null ? [] : [prefix]), kind, random].join('_'))
      if (E.isLeft(uid)) throw new Error(`UID_PREFIX gives an invalid uid: ${prefix}`)
      return uid.right
    }
  return {
    imageFile: createGenerator(ImageFileUid, 'if'),
    imageExport: createGenerator(ImageExportUid, 'ife'),
    contentFile: createGenerator(ContentFileUid, 'cf'),
    contentExport: createGenerator(ContentExportUid, 'cfe'),
    contentPart: createGenerator(ContentPartUid, 'cfep'),
    storedFile: createGenerator(StoredFileUid, 's3f'),
    job: createGenerator(JobUid, 'job'),
    instance: createGenerator(InstanceUid, 'ins'),
    purge: createGenerator(PurgeUid, 'pu'),
    upload: createGenerator(UploadUid, 'up'),
    ticket: createGenerator(TicketUid, 'ut'),
  }
}
