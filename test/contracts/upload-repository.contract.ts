import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import type { JobUid, UploadUid } from '../../src/domain/media/ids.ts'
import type { NewUpload, ReceivedUpload, Upload } from '../../src/domain/upload/upload.ts'
import { O } from '../../src/fp.ts'
import type { ImageFileRepository } from '../../src/ports/image-file-repository.ts'
import type { TicketRepository } from '../../src/ports/ticket-repository.ts'
import type { Trash } from '../../src/ports/trash.ts'
import { maxUnfinishedByTickets, type UploadRepository } from '../../src/ports/upload-repository.ts'
import { aNewFileJob, aNewImageFile, aNewTicket } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'

type Subject = {
  readonly uploads: UploadRepository
  readonly imageFiles: ImageFileRepository
  readonly tickets: TicketRepository
  readonly trash: Trash
  /** Lets this time pass for the uploads and the tickets that the store has now. */
  readonly advance: (seconds: number) => Promise<void>
}

const hashes = { sha512: 'AA==' }
const plenty = { free: 1e12, reserve: 0, holdsOriginals: false }

/** What every UploadRepository promises. `make` returns an empty library. */
export const uploadRepositoryContract = (make: () => Promise<Subject>): void => {
  let subject: Subject
  beforeEach(async () => {
    subject = await make()
  })

  const aNewUpload = (more: Partial<NewUpload> = {}): NewUpload => ({
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
  const begin = async (more: Partial<NewUpload> = {}): Promise<UploadUid> => {
    const upload = aNewUpload(more)
    expect(await right(subject.uploads.begin(upload, plenty))).to.equal('begun')
    return upload.uid
  }
  const find = async (uid: UploadUid): Promise<Upload> => {
    const found = await right(subject.uploads.find(uid))
    if (O.isNone(found)) throw new Error(`${uid} is gone`)
    return found.value
  }
  const received = (sha: string, media = 'if_1'): ReceivedUpload => ({
    length: 10,
    sha512: sha.repeat(128),
    target: { kind: 'image', media, job: 'job_1' as JobUid },
  })

  it('finds an upload as it began', async () => {
    const upload = aNewUpload({ kinds: ['image'] })
    await right(subject.uploads.begin(upload, plenty))
    const { announced: _, ...begun } = upload
    expect(await find(upload.uid)).to.deep.include({ ...begun, state: 'receiving', offset: 0, target: null })
    expect(await right(subject.uploads.find('up_none' as UploadUid))).to.deep.equal(O.none)
  })

  it('counts what the uploads of a folder have announced', async () => {
    const uid = await begin({ length: 60, announced: 60 })
    const space = { free: 150, reserve: 50, holdsOriginals: false }
    const other = (more: Partial<NewUpload>) => right(subject.uploads.begin(aNewUpload(more), space))
    expect(await other({ length: 41, announced: 41 })).to.equal('no space')
    expect(await other({ folder: 'g', length: 41, announced: 41 })).to.equal('begun')
    await right(subject.uploads.advance(uid, { from: 0, offset: 60, hashes }))
    expect(await other({ length: 41, announced: 41 })).to.equal('begun')
  })

  it('counts the originals that the object store will write to the disk of the folder', async () => {
    const first = await begin({ length: 10, announced: 10 })
    const other = (length: number, free: number) =>
      right(
        subject.uploads.begin(aNewUpload({ length, announced: length }), {
          free,
          reserve: 5,
          holdsOriginals: true,
        }),
      )
    expect(await other(3, 30), 'both twice').to.equal('no space')
    await right(subject.uploads.advance(first, { from: 0, offset: 10, hashes }))
    expect(await other(3, 20), 'one copy, and one twice').to.equal('no space')
    await right(subject.uploads.receive(first, received('e')))
    expect(await other(3, 20), 'of one that is received').to.equal('no space')
    expect(await other(3, 21)).to.equal('begun')
  })

  it('counts only what an upload lacks when it declares its length late', async () => {
    const uid = await begin({ length: null, announced: 0 })
    await right(subject.uploads.advance(uid, { from: 0, offset: 8, hashes }))
    const space = { free: 3, reserve: 1, holdsOriginals: false }
    expect(await right(subject.uploads.declareLength(uid, 11, space))).to.equal('no space')
    expect(await right(subject.uploads.declareLength(uid, 10, { ...space, holdsOriginals: true }))).to.equal(
      'no space',
    )
    expect(await right(subject.uploads.declareLength(uid, 10, space))).to.equal(true)
  })

  it('advances from the offset that it has, and from no other', async () => {
    const uid = await begin()
    expect(await right(subject.uploads.advance(uid, { from: 0, offset: 4, hashes }))).to.equal(true)
    expect(await right(subject.uploads.advance(uid, { from: 0, offset: 5, hashes }))).to.equal(false)
    expect(await find(uid)).to.deep.include({ offset: 4, hashes })
  })

  it('has its length declared once', async () => {
    const uid = await begin({ length: null, announced: 0 })
    const tight = { free: 5, reserve: 0, holdsOriginals: false }
    expect(await right(subject.uploads.declareLength(uid, 9, tight))).to.equal('no space')
    expect(await right(subject.uploads.declareLength(uid, 9, plenty))).to.equal(true)
    expect(await right(subject.uploads.declareLength(uid, 8, plenty))).to.equal(false)
    expect((await find(uid)).length).to.equal(9)
  })

  it('is received once, and the second call returns the first result', async () => {
    const uid = await begin()
    const first = await right(subject.uploads.receive(uid, received('a')))
    expect(first).to.deep.include({ result: 'received' })
    expect(await right(subject.uploads.receive(uid, received('a', 'if_2')))).to.deep.equal(first)
    expect(await find(uid)).to.deep.include({ state: 'received', target: received('a').target })
    expect(await right(subject.uploads.isReceived('if_1'))).to.equal(true)
    expect(await right(subject.uploads.listReceived('f', 10))).to.deep.equal([uid])
    expect(await right(subject.uploads.abandon(uid, true))).to.equal(false)
  })

  it('has one target for the same bytes, however many uploads are received at once', async () => {
    const uids = [await begin(), await begin(), await begin()]
    const receipts = await Promise.all(
      uids.map((uid, i) => right(subject.uploads.receive(uid, received('b', `if_${i}`)))),
    )
    expect(receipts.filter(({ result }) => result === 'received')).to.have.length(1)
    expect(new Set(receipts.map((receipt) => 'target' in receipt && receipt.target.media)).size).to.equal(1)
  })

  it('ends in the transaction that adds its file, once', async () => {
    const uid = await begin()
    const file = { ...aNewImageFile(), upload: { uid, sharesBytes: true } }
    expect(await right(subject.imageFiles.add(file, aNewFileJob())), 'not received').to.equal(false)
    await right(subject.uploads.receive(uid, { ...received('c'), sha512: file.sha512 }))
    expect(await right(subject.imageFiles.add(file, aNewFileJob()))).to.equal(true)
    expect((await find(uid)).state).to.equal('in_library')
    const again = await begin()
    const twin = await right(subject.uploads.receive(again, { ...received('c'), sha512: file.sha512 }))
    expect(twin).to.deep.include({ result: 'twin' })
    expect('target' in twin && twin.target.media).to.equal(file.uid)
  })

  it('adds a file that shares its bytes with no other, as often as it comes', async () => {
    const first = aNewImageFile()
    await right(subject.imageFiles.add(first, aNewFileJob()))
    const uid = await begin({ deduplicates: false })
    const own = { ...received('d'), sha512: first.sha512 }
    expect(await right(subject.uploads.receive(uid, own))).to.deep.include({ result: 'received' })
    const file = { ...aNewImageFile(), sha512: first.sha512, upload: { uid, sharesBytes: false } }
    expect(await right(subject.imageFiles.add(file, aNewFileJob()))).to.equal(true)
    const found = await right(subject.imageFiles.findByOriginal(first.sha512))
    expect(O.isSome(found) && found.value.uid).to.equal(first.uid)
  })

  it('is adopted or refused only while it is received', async () => {
    const uid = await begin()
    expect(await right(subject.uploads.refuse(uid, 'no'))).to.equal(false)
    await right(subject.uploads.receive(uid, received('e')))
    const target = { kind: 'image', media: 'if_9', job: null } as const
    expect(await right(subject.uploads.adopt(uid, target))).to.equal(true)
    expect(await right(subject.uploads.refuse(uid, 'no'))).to.equal(false)
    expect(await find(uid)).to.deep.include({ state: 'in_library', target })
    expect(await right(subject.uploads.statesOf([uid, 'up_none']))).to.deep.equal(
      new Map([[uid, 'in_library']]),
    )
    const other = await begin()
    await right(subject.uploads.receive(other, received('f')))
    expect(await right(subject.uploads.refuse(other, 'no'))).to.equal(true)
    expect(await find(other)).to.deep.include({ state: 'refused', reason: 'no' })
  })

  it('takes along the uploads of the same bytes that were to become its file', async () => {
    const target = { kind: 'image', media: 'if_9', job: null } as const
    const pair = async (sha: string, media: string): Promise<readonly [UploadUid, UploadUid]> => {
      const uids = [await begin(), await begin()] as const
      for (const uid of uids) await right(subject.uploads.receive(uid, received(sha, media)))
      return uids
    }
    const [first, twin] = await pair('1', 'if_1')
    const [refused, refusedTwin] = await pair('2', 'if_2')
    expect(await right(subject.uploads.adopt(first, target))).to.equal(true)
    expect(await right(subject.uploads.refuse(refused, 'no'))).to.equal(true)
    for (const uid of [first, twin]) expect(await find(uid)).to.deep.include({ state: 'in_library', target })
    for (const uid of [refused, refusedTwin])
      expect(await find(uid)).to.deep.include({ state: 'refused', reason: 'no' })
    expect(await right(subject.uploads.isReceived('if_1'))).to.equal(false)
  })

  it('lists what is complete or cannot be continued', async () => {
    await begin()
    const complete = await begin()
    await right(subject.uploads.advance(complete, { from: 0, offset: 10, hashes }))
    const form = await begin({ protocol: 'multipart', length: null })
    const listed = await right(subject.uploads.listStranded('f', 0, 10))
    const fresh = await right(subject.uploads.listStranded('f', 60_000, 10))
    expect(fresh.map(({ uid }) => uid)).to.deep.equal([complete])
    expect(listed.map(({ uid }) => uid)).to.have.members([complete, form])
    expect(await right(subject.uploads.abandon(form, true))).to.equal(true)
    expect(await right(subject.uploads.find(form))).to.deep.equal(O.none)
    expect(await right(subject.uploads.forget(0, 10))).to.equal(0)
  })

  const byTicket = async (more: Parameters<typeof aNewTicket>[0] = {}) => {
    const { uid, admin } = await right(subject.tickets.add(aNewTicket(more)))
    return { owner: { kind: 'ticket', ticket: uid, admin }, deduplicates: false } as const
  }
  const beginBy = (more: Partial<NewUpload>) => right(subject.uploads.begin(aNewUpload(more), plenty))

  it('[§11.4] takes one of the count of its ticket, and gives it back only if that is wanted', async () => {
    const ticket = await byTicket({ count: 2 })
    const first = await begin(ticket)
    const second = await begin(ticket)
    expect(await beginBy(ticket)).to.equal('no ticket')
    expect(await right(subject.uploads.abandon(first, false))).to.equal(true)
    expect(await beginBy(ticket)).to.equal('no ticket')
    expect(await right(subject.uploads.abandon(second, true))).to.equal(true)
    expect(await right(subject.uploads.abandon(second, true)), 'twice').to.equal(false)
    expect(await beginBy(ticket)).to.equal('begun')
    expect(await beginBy(ticket)).to.equal('no ticket')
  })

  it('[§11.4] takes nothing of a ticket if it does not begin', async () => {
    const ticket = await byTicket()
    const full = subject.uploads.begin(aNewUpload(ticket), { ...plenty, free: 5 })
    expect(await right(full)).to.equal('no space')
    expect(await beginBy(ticket)).to.equal('begun')
  })

  it('[§11.4] does not begin by a ticket that has expired', async () => {
    const ticket = await byTicket({ expiresInSeconds: 60 })
    await subject.advance(61)
    expect(await beginBy(ticket)).to.equal('no ticket')
  })

  it('[§11.4] limits what an admin has unfinished by tickets, whichever they are', async () => {
    const many = await byTicket({ count: maxUnfinishedByTickets + 1 })
    const begun = []
    for (let count = 0; count < maxUnfinishedByTickets; count += 1) begun.push(await begin(many))
    const another = await byTicket()
    expect(await beginBy(another)).to.equal('too many')
    expect(await beginBy(await byTicket({ admin: 'bob' }))).to.equal('begun')
    await right(subject.uploads.receive(begun[0] as UploadUid, received('7', 'if_7')))
    expect(await beginBy(another)).to.equal('begun')
  })

  it('is not received if its bytes were taken down, and stays as it is', async () => {
    const file = aNewImageFile()
    await right(subject.imageFiles.add(file, aNewFileJob()))
    await right(subject.trash.delete([file.uid], 'take down', 60))
    for (const owner of [{}, await byTicket()]) {
      const uid = await begin(owner)
      const own = { ...received('8'), sha512: file.sha512 }
      expect(await right(subject.uploads.receive(uid, own))).to.deep.equal({ result: 'taken down' })
      expect(await find(uid)).to.deep.include({ state: 'receiving', target: null })
    }
  })

  it('changes nothing of an upload that is received, or that is gone', async () => {
    const uid = await begin({ length: null, announced: 0 })
    await right(subject.uploads.receive(uid, received('9')))
    const before = await find(uid)
    for (const one of [uid, 'up_none' as UploadUid]) {
      expect(await right(subject.uploads.advance(one, { from: 10, offset: 20, hashes }))).to.equal(false)
      expect(await right(subject.uploads.declareLength(one, 20, plenty))).to.equal(false)
    }
    expect(await find(uid)).to.deep.equal(before)
    const gone = await right(subject.uploads.receive('up_none' as UploadUid, received('9')))
    expect(gone).to.deep.equal({ result: 'gone' })
  })

  it('is listed when it has expired, in its folder alone, and what Larder fetches only then', async () => {
    const listed = async (folder: string) =>
      (await right(subject.uploads.listStranded(folder, 1e9, 10))).map(({ uid }) => uid)
    const resting = await begin()
    const fetched = await begin({ protocol: 'url' })
    await right(subject.uploads.advance(fetched, { from: 0, offset: 10, hashes }))
    expect(await listed('f')).to.deep.equal([])
    await subject.advance(86_401)
    expect(await listed('f')).to.have.members([resting, fetched])
    expect(await listed('g')).to.deep.equal([])
    expect(await right(subject.uploads.listReceived('g', 10))).to.deep.equal([])
  })

  it('is forgotten a time after its end, in pieces, and never before', async () => {
    const [open, ...ended] = [await begin(), await begin(), await begin()]
    for (const [n, uid] of ended.entries())
      await right(subject.uploads.receive(uid, received('bc'[n] ?? '', `if_${n}`)))
    const [first, second] = ended as [UploadUid, UploadUid]
    await right(subject.uploads.refuse(first, 'no'))
    await subject.advance(100)
    expect(await right(subject.uploads.forget(200_000, 10))).to.equal(0)
    expect(await right(subject.uploads.forget(50_000, 10))).to.equal(1)
    expect(await right(subject.uploads.find(first))).to.deep.equal(O.none)
    expect((await find(second)).state).to.equal('received')
    expect((await find(open as UploadUid)).state).to.equal('receiving')
    await right(subject.uploads.refuse(second, 'no'))
    await subject.advance(100)
    expect(await right(subject.uploads.forget(50_000, 0))).to.equal(0)
    expect(await right(subject.uploads.forget(50_000, 1))).to.equal(1)
  })
}
