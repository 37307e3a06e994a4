import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import type { JobUid, UploadUid } from '../../src/domain/media/ids.ts'
import type { NewUpload, ReceivedUpload, Upload } from '../../src/domain/upload/upload.ts'
import { O } from '../../src/fp.ts'
import type { ImageFileRepository } from '../../src/ports/image-file-repository.ts'
import type { TicketRepository } from '../../src/ports/ticket-repository.ts'
import type { Trash } from '../../src/ports/trash.ts'
import type { UploadRepository } from '../../src/ports/upload-repository.ts'
import { aNewTicket } from './builders.ts'
import { right } from './expect-right.ts'

/** A store of uploads, and what happens to it in tests. */
export type UploadSubject = {
  readonly uploads: UploadRepository
  readonly imageFiles: ImageFileRepository
  readonly tickets: TicketRepository
  readonly trash: Trash
  /** Lets this time pass for the uploads and the tickets that the store has now. */
  readonly advance: (seconds: number) => Promise<void>
}

export const hashes = { sha512: 'AA==' }
export const plenty = { free: 1e12, reserve: 0, holdsOriginals: false }

export const aNewUpload = (more: Partial<NewUpload> = {}): NewUpload => ({
  uid: `up_${randomBytes(16).toString('base64url')}` as UploadUid,
  owner: { kind: 'admin', sub: 'ann' },
  protocol: 'tus',
  folder: 'f',
  length: 10,
  announced: 10,
  name: 'a.png',
  details: { title: 't', alt: null, isPublic: true, metadata: { a: 1 } },
  kinds: null,
  maxBytes: 100,
  deduplicates: true,
  mayView: false,
  sentMetadata: null,
  ...more,
})

export const received = (sha: string, media = 'if_1'): ReceivedUpload => ({
  length: 10,
  sha512: sha.repeat(128),
  target: { kind: 'image', media, job: 'job_1' as JobUid },
})

/** What tests of the port do. The subject may change between calls. */
export const uploadCalls = (subject: () => UploadSubject) => ({
  begin: async (more: Partial<NewUpload> = {}): Promise<UploadUid> => {
    const upload = aNewUpload(more)
    expect(await right(subject().uploads.begin(upload, plenty))).to.equal('begun')
    return upload.uid
  },
  find: async (uid: UploadUid): Promise<Upload> => {
    const found = await right(subject().uploads.find(uid))
    if (O.isNone(found)) throw new Error(`${uid} is gone`)
    return found.value
  },
  /** Issues a ticket. Returns what an upload by it has. */
  byTicket: async (more: Parameters<typeof aNewTicket>[0] = {}) => {
    const { uid, admin } = await right(subject().tickets.add(aNewTicket(more)))
    return { owner: { kind: 'ticket', ticket: uid, admin }, deduplicates: false } as const
  },
})
