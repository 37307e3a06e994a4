import { createHash, randomBytes } from 'node:crypto'
import {
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { createFsIncomingFiles } from '../../../src/adapters/fs/fs-incoming-files.ts'
import type { UploadUid } from '../../../src/domain/media/ids.ts'
import type { HashState } from '../../../src/domain/upload/upload.ts'
import type { IncomingFiles } from '../../../src/ports/incoming-files.ts'
import { left, right } from '../../support/expect-right.ts'
import { createTemporaryIncoming } from '../../support/temporary-incoming.ts'

const uid = 'up_1' as UploadUid
const sha512Of = (bytes: Uint8Array): string => createHash('sha512').update(bytes).digest('hex')

describe('incoming files on a disk', () => {
  const folder = createTemporaryIncoming()
  let files: IncomingFiles
  beforeEach(() => {
    files = createFsIncomingFiles(folder.path(), Date.now)
  })

  const append = async (bytes: Uint8Array, offset = 0, hashes: HashState | null = null) => {
    const writer = await right(files.open(uid, { offset, hashes }))
    if (writer === null) throw new Error('the bytes are gone')
    await right(() => writer.write(bytes))
    const written = await right(writer.sync)
    await writer.close()
    return written
  }

  it('continue their hashes in another process, without the bytes before', async () => {
    const bytes = randomBytes(300_000)
    const first = await append(bytes.subarray(0, 100_001))
    const last = await append(bytes.subarray(100_001), first.offset, first.hashes)
    expect(last.offset).to.equal(bytes.length)
    expect(await right(files.sha512(uid, last))).to.deep.equal(sha512Of(bytes))
    const unread = { offset: last.offset, hashes: { sha512: 'AAAA' } }
    expect(await right(files.sha512(uid, unread)), 'of a state that cannot be loaded').to.deep.equal(
      sha512Of(bytes),
    )
    expect((await right(files.head(uid)))?.length).to.equal(4096)
  })

  it('gather small pieces, and write them all with `sync`', async () => {
    const pieces = Array.from({ length: 700 }, (_, n) => Buffer.alloc(1000, n))
    const writer = await right(files.open(uid, { offset: 0, hashes: null }))
    if (writer === null) throw new Error('there is no file')
    for (const piece of pieces) await right(() => writer.write(piece))
    expect(writer.size()).to.equal(700_000)
    const { size } = await stat(files.pathOf(uid))
    expect(size, 'before').to.be.within(4096, 699_999)
    const written = await right(writer.sync)
    await writer.close()
    const bytes = Buffer.concat(pieces)
    expect(written.offset).to.equal(700_000)
    expect((await readFile(files.pathOf(uid))).equals(bytes)).to.equal(true)
    expect(await right(files.sha512(uid, written))).to.equal(sha512Of(bytes))
  })

  it('take no bytes that a full disk does not take', async () => {
    await symlink('/dev/full', files.pathOf(uid))
    const writer = await right(files.open(uid, { offset: 0, hashes: null }))
    if (writer === null) throw new Error('there is no file')
    expect((await left(() => writer.write(Buffer.alloc(10))))._tag).to.equal('NoSpace')
    expect(writer.size()).to.equal(0)
    await writer.close()
  })

  it('drop what was written behind the offset', async () => {
    const first = await append(Buffer.from('abc'))
    await writeFile(files.pathOf(uid), 'abcdefgh')
    const last = await append(Buffer.from('XY'), first.offset, first.hashes)
    expect(await right(files.sha512(uid, last))).to.deep.equal(sha512Of(Buffer.from('abcXY')))
    expect((await stat(files.pathOf(uid))).size).to.equal(5)
  })

  it('tell that bytes before the offset are gone', async () => {
    const written = await append(Buffer.from('abc'))
    await truncate(files.pathOf(uid), 2)
    expect(await right(files.open(uid, written))).to.equal(null)
    await right(files.remove(uid))
    expect(await right(files.open(uid, written))).to.equal(null)
    await right(files.remove(uid))
  })

  it('tell that a file is gone only if their folder is there', async () => {
    await append(Buffer.from('abc'))
    await right(files.folder)
    await rm(files.pathOf(uid))
    expect(await right(files.head(uid))).to.equal(null)
    await rm(join(folder.path(), '.folder'))
    expect((await left(files.head(uid)))._tag, 'of another disk').to.equal('Unavailable')
    await rm(folder.path(), { recursive: true })
    expect((await left(files.head(uid)))._tag, 'of no disk').to.equal('Unavailable')
  })

  it('neither begin nor continue in a folder whose disk is not mounted', async () => {
    const name = await right(files.folder)
    const written = await append(Buffer.from('abc'))
    const disk = `${folder.path()}-disk`
    await rename(folder.path(), disk)
    await mkdir(folder.path())
    expect((await left(files.open(uid, written)))._tag, 'continued').to.equal('Unavailable')
    expect((await left(files.open('up_2' as UploadUid, { offset: 0, hashes: null })))._tag, 'new').to.equal(
      'Unavailable',
    )
    expect((await left(files.folder))._tag).to.equal('Unavailable')
    expect((await left(files.free))._tag).to.equal('Unavailable')
    expect(await readdir(folder.path())).to.deep.equal([])
    await rmdir(folder.path())
    expect((await left(files.free))._tag, 'no folder').to.equal('Unavailable')
    await rename(disk, folder.path())
    expect(await right(files.folder)).to.equal(name)
    expect((await append(Buffer.from('def'), written.offset, written.hashes)).offset).to.equal(6)
  })

  it('have the name of the disk that is mounted after they were first used', async () => {
    const other = await right(createFsIncomingFiles(folder.path(), Date.now).folder)
    const disk = `${folder.path()}-disk`
    await rename(folder.path(), disk)
    expect(await right(files.folder)).not.to.equal(other)
    await rm(folder.path(), { recursive: true })
    await rename(disk, folder.path())
    expect(await right(files.folder)).to.equal(other)
    expect((await append(Buffer.from('abc'))).offset).to.equal(3)
  })

  it('have one name of the folder for all processes', async () => {
    const others = Array.from({ length: 8 }, () => createFsIncomingFiles(folder.path(), Date.now))
    const names = await Promise.all(others.map((other) => right(other.folder)))
    expect(new Set(names).size).to.equal(1)
    expect(await right(files.folder)).to.equal(names[0])
    expect(names[0]).to.match(/^[0-9a-f]{32}$/)
  })

  it('are listed by age, and nothing else of the folder is', async () => {
    await right(files.folder)
    await append(Buffer.from('abc'))
    await writeFile(join(folder.path(), 'a note.txt'), '')
    expect(await right(files.list(0))).to.deep.equal([uid])
    expect(await right(files.list(60_000))).to.deep.equal([])
    await utimes(files.pathOf(uid), 0, 0)
    expect(await right(files.list(60_000))).to.deep.equal([uid])
    expect(await right(files.free)).to.be.above(0)
  })
})
