import { expect } from 'chai'
import type { UploadUid } from '../../src/domain/media/ids.ts'
import type { NewUpload } from '../../src/domain/upload/upload.ts'
import { maxUnfinishedByTickets } from '../../src/ports/upload-repository.ts'
import { right } from '../support/expect-right.ts'
import {
  aNewUpload,
  hashes,
  plenty,
  received,
  type UploadSubject,
  uploadCalls,
} from '../support/upload-calls.ts'

/** What every UploadRepository promises of the space and the ticket that an upload needs. `make` returns an empty library. */
export const uploadBeginningsContract = (make: () => Promise<UploadSubject>): void => {
  let subject: UploadSubject
  beforeEach(async () => {
    subject = await make()
  })
  const { begin, byTicket } = uploadCalls(() => subject)

  const beginBy = (more: Partial<NewUpload>) => right(subject.uploads.begin(aNewUpload(more), plenty))

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
}
