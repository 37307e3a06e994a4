import { expect } from 'chai'
import type { UploadUid } from '../../src/domain/media/ids.ts'
import { O } from '../../src/fp.ts'
import { aNewFileJob, aNewImageFile } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import {
  aNewUpload,
  hashes,
  plenty,
  received,
  type UploadSubject,
  uploadCalls,
} from '../support/upload-calls.ts'

/** What every UploadRepository promises. `make` returns an empty library. */
export const uploadRepositoryContract = (make: () => Promise<UploadSubject>): void => {
  let subject: UploadSubject
  beforeEach(async () => {
    subject = await make()
  })
  const { begin, find, byTicket } = uploadCalls(() => subject)

  it('finds an upload as it began', async () => {
    const upload = aNewUpload({ kinds: ['image'] })
    await right(subject.uploads.begin(upload, plenty))
    const { announced: _, ...begun } = upload
    expect(await find(upload.uid)).to.deep.include({ ...begun, state: 'receiving', offset: 0, target: null })
    expect(await right(subject.uploads.find('up_none' as UploadUid))).to.deep.equal(O.none)
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
