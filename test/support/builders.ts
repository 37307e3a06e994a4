import { randomBytes } from 'node:crypto'
import { recipeVersions } from '../../src/domain/ingest/recipe-versions.ts'
import type { NewFileJob, NewJob } from '../../src/domain/jobs/job.ts'
import type { NewContentExport, NewContentPart } from '../../src/domain/media/content-export.ts'
import type {
  ContentExportUid,
  ContentFileUid,
  ContentPartUid,
  ImageExportUid,
  ImageFileUid,
  JobUid,
  StoredFileUid,
  TicketUid,
  UploadUid,
} from '../../src/domain/media/ids.ts'
import type { NewImageExport } from '../../src/domain/media/image-export.ts'
import type { StoredFile } from '../../src/domain/media/stored-file.ts'
import type { NewUpload } from '../../src/domain/upload/upload.ts'
import type { NewUploadTicket } from '../../src/domain/upload/upload-ticket.ts'
import type { NewContentFile } from '../../src/ports/content-file-repository.ts'
import type { NewImageFile } from '../../src/ports/image-file-repository.ts'

// Each builder returns a new valid entity at each call. Its fields can be overridden.

const unique = (kind: string): string => `${kind}_${randomBytes(16).toString('base64url')}`

export const anImageFileUid = (): ImageFileUid => unique('if') as ImageFileUid
export const anImageExportUid = (): ImageExportUid => unique('ife') as ImageExportUid
export const aContentFileUid = (): ContentFileUid => unique('cf') as ContentFileUid
export const aContentExportUid = (): ContentExportUid => unique('cfe') as ContentExportUid
export const aContentPartUid = (): ContentPartUid => unique('cfep') as ContentPartUid
export const aJobUid = (): JobUid => unique('job') as JobUid
export const aTicketUid = (): TicketUid => unique('ut') as TicketUid
export const anUploadUid = (): UploadUid => unique('up') as UploadUid
export const aStoredFileUid = (): StoredFileUid => unique('s3f') as StoredFileUid

export const aStoredFile = (overrides: Partial<StoredFile> = {}): StoredFile => {
  const uid = overrides.uid ?? aStoredFileUid()
  return {
    uid,
    key: `s3_files/${uid}`,
    contentType: 'application/octet-stream',
    size: 1000,
    sha256: randomBytes(32).toString('hex'),
    ...overrides,
  }
}

export const aNewImageFile = (overrides: Partial<NewImageFile> = {}): NewImageFile => ({
  uid: anImageFileUid(),
  name: 'dandelion.jpg',
  original: aStoredFile({ contentType: 'image/jpeg' }),
  sha512: randomBytes(64).toString('hex'),
  width: 5312,
  height: 2988,
  isPublic: false,
  ...overrides,
})

export const aNewImageExport = (overrides: Partial<NewImageExport> = {}): NewImageExport => ({
  uid: anImageExportUid(),
  format: 'webp',
  width: 640,
  height: 360,
  thumbhash: 'IggKDYAnd4h4iIeAeHiIiHeId4iAh4g',
  recipe: recipeVersions.image,
  file: aStoredFile({ contentType: 'image/webp' }),
  ...overrides,
})

export const aNewContentFile = (overrides: Partial<NewContentFile> = {}): NewContentFile => ({
  uid: aContentFileUid(),
  name: 'bunny.mp4',
  original: aStoredFile({ contentType: 'video/mp4' }),
  sha512: randomBytes(64).toString('hex'),
  durationSeconds: 12,
  isPublic: false,
  ...overrides,
})

export const aNewContentPart = (overrides: Partial<NewContentPart> = {}): NewContentPart => ({
  uid: aContentPartUid(),
  role: 'media',
  position: 0,
  contentType: 'video/mp4',
  durationTicks: 72_000,
  timescale: 12_000,
  keyframes: [],
  file: aStoredFile({ contentType: 'video/mp4' }),
  ...overrides,
})

export const aNewContentExport = (overrides: Partial<NewContentExport> = {}): NewContentExport => ({
  uid: aContentExportUid(),
  format: 'm3u8',
  video: { width: 640, height: 360, frameRate: { num: 24, den: 1 } },
  audio: null,
  codecs: ['avc1.64001e'],
  bandwidth: 900_000,
  averageBandwidth: 700_000,
  iFrames: null,
  fileSize: 3000,
  durationSeconds: 12,
  targetDuration: 6,
  qualityParameters: { crf: 22 },
  recipe: recipeVersions.content,
  language: null,
  parts: [
    aNewContentPart({ role: 'init', durationTicks: 0 }),
    aNewContentPart({ position: 0 }),
    aNewContentPart({ position: 1 }),
  ],
  ...overrides,
})

export const aNewFileJob = (overrides: Partial<NewFileJob> = {}): NewFileJob => ({
  uid: aJobUid(),
  attempts: 5,
  ...overrides,
})

export const aNewJob = (overrides: Partial<NewJob> = {}): NewJob => ({
  uid: aJobUid(),
  kind: 'exports',
  media: { kind: 'content', uid: aContentFileUid() },
  attempts: 5,
  durationSeconds: 12,
  ...overrides,
})

export const aNewTicket = (overrides: Partial<NewUploadTicket> = {}): NewUploadTicket => ({
  uid: aTicketUid(),
  sha256: randomBytes(32).toString('hex'),
  admin: 'ann',
  maxBytes: 1_000_000,
  kinds: ['image'],
  count: 1,
  origins: null,
  details: { title: null, isPublic: false, metadata: {} },
  mayView: false,
  expiresInSeconds: 3600,
  ...overrides,
})

export const aNewUpload = (overrides: Partial<NewUpload> = {}): NewUpload => ({
  uid: anUploadUid(),
  owner: { kind: 'admin', sub: 'ann' },
  protocol: 'tus',
  folder: 'here',
  length: 1000,
  announced: 0,
  name: 'a.jpg',
  details: { title: null, alt: null, isPublic: false, metadata: {} },
  kinds: null,
  maxBytes: 1_000_000,
  deduplicates: true,
  mayView: false,
  sentMetadata: null,
  ...overrides,
})

/** What a client says that begins an upload of `length` bytes. */
export const anUploadRequest = (length = 10) => ({
  protocol: 'tus' as const,
  length,
  announced: length,
  fileName: 'a.png',
  details: { title: null, alt: null, isPublic: false, metadata: {} },
  sentMetadata: null,
})
