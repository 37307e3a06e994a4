import fc from 'fast-check'
import type { ContentPartFile } from '../../src/domain/media/content-export.ts'
import type {
  ContentExportUid,
  ContentFileUid,
  ImageFileUid,
  StoredFileUid,
} from '../../src/domain/media/ids.ts'

// Arbitrary cached values.

const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-']

const uid = (): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...alphabet), { minLength: 1, maxLength: 80 }).map((letters) => letters.join(''))

export const imageFileUid = (): fc.Arbitrary<ImageFileUid> => uid().map((text) => text as ImageFileUid)
const contentFileUid = (): fc.Arbitrary<ContentFileUid> => uid().map((text) => text as ContentFileUid)
const storedFileUid = (): fc.Arbitrary<StoredFileUid> => uid().map((text) => text as StoredFileUid)

/** Any string that UTF-8 can encode. */
export const anyText = (): fc.Arbitrary<string> => fc.string({ unit: 'binary', maxLength: 200 })

const hex = (length: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''))

const stored = {
  s3FileUid: storedFileUid(),
  s3FileKey: anyText(),
  contentType: anyText(),
  fileSize: fc.maxSafeNat(),
  sha256: hex(64),
  storedAt: fc.nat(),
}

export const contentPartFile = (): fc.Arbitrary<ContentPartFile> =>
  fc.record({
    contentFileUid: contentFileUid(),
    contentFileExportUid: uid().map((text) => text as ContentExportUid),
    format: fc.constantFrom('m3u8', 'mp4'),
    height: fc.option(fc.nat()),
    startSeconds: fc.option(fc.nat()),
    endSeconds: fc.option(fc.nat()),
    ...stored,
  })
