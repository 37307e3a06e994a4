import { randomBytes } from 'node:crypto'
import type * as t from 'io-ts'
import {
  ContentExportUid,
  ContentFileUid,
  ContentPartUid,
  ImageExportUid,
  ImageFileUid,
  StoredFileUid,
  type uidKinds,
} from '../../domain/media/ids.ts'
import { E } from '../../fp.ts'
import type { NewUid } from '../../ports/new-uid.ts'

/** `prefix` without its underscore: `oseh` makes `oseh_if_…`; `null` makes `if_…`. */
export const createRandomUid = (prefix: string | null): NewUid => {
  const maker =
    <A>(codec: t.Type<A, string, unknown>, kind: keyof typeof uidKinds) =>
    (): A => {
      const random = randomBytes(16).toString('base64url')
      const uid = codec.decode([...(prefix === null ? [] : [prefix]), kind, random].join('_'))
      if (E.isLeft(uid)) throw new Error(`UID_PREFIX makes no good uid: ${prefix}`)
      return uid.right
    }
  return {
    imageFile: maker(ImageFileUid, 'if'),
    imageExport: maker(ImageExportUid, 'ife'),
    contentFile: maker(ContentFileUid, 'cf'),
    contentExport: maker(ContentExportUid, 'cfe'),
    contentPart: maker(ContentPartUid, 'cfep'),
    storedFile: maker(StoredFileUid, 's3f'),
  }
}
