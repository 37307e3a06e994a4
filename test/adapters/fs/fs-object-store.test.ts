import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import fc from 'fast-check'
import { createFsObjectStore } from '../../../src/adapters/fs/fs-object-store.ts'
import { currentProcessIdentity, processIdentityOf } from '../../../src/adapters/platform/process-identity.ts'
import { localProcessLiveness } from '../../../src/adapters/platform/process-liveness.ts'
import { O } from '../../../src/fp.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { objectStoreContract } from '../../contracts/object-store.contract.ts'
import { collect } from '../../support/bytes.ts'
import { left, right } from '../../support/expect-right.ts'
import { newObject } from '../../support/new-object.ts'

const anObject = newObject(Buffer.from('larder'))
const whole = { start: 0, end: 1_000_000 }

describe('fs object store', () => {
  let root: string
  let dir: string
  let store: ObjectStore

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'larder-fs-'))
  })
  after(() => rm(root, { recursive: true }))
  beforeEach(async () => {
    dir = join(await mkdtemp(join(root, 'test-')), 'objects')
    store = createFsObjectStore(dir, localProcessLiveness)
  })

  const textAt = async (key: string): Promise<string | null> => {
    const found = await right(store.read(key, whole))
    return O.isNone(found) ? null : (await collect(found.value)).toString()
  }

  objectStoreContract(async () => createFsObjectStore(join(root, 'contract'), localProcessLiveness))

  it('[V24] lists the files of unfinished puts, and removes them', async () => {
    await mkdir(join(dir, '.incoming'), { recursive: true })
    const partial = join(dir, '.incoming', 'another-host.1.0')
    await writeFile(partial, 'half')
    await utimes(partial, 1_700_000_000, 1_700_000_000)
    const found = []
    for await (const upload of store.unfinishedUploads('s3_files/')) found.push(upload)
    expect(found.map(({ name, startedAt }) => ({ name, startedAt }))).to.deep.equal([
      { name: 'another-host.1.0', startedAt: 1_700_000_000_000 },
    ])
    for (const { remove } of found) await right(remove)
    expect(await readdir(join(dir, '.incoming'))).to.deep.equal([])
  })

  it('stores an object as a regular file whose name is its key', async () => {
    await right(store.put('s3_files/oseh_s3f_1', anObject))
    expect(await readFile(join(dir, 's3_files/oseh_s3f_1'), 'utf8')).to.equal('larder')
  })

  it('leaves no other files, whether a put succeeds or fails', async () => {
    await right(store.put('s3_files/one', anObject))
    await left(store.put('s3_files/two', { ...anObject, size: 7 }))
    expect(await readdir(join(dir, '.incoming'))).to.deep.equal([])
    expect(await readdir(join(dir, 's3_files'))).to.deep.equal(['one'])
  })

  it('shares its folder with another store', async () => {
    await right(store.put('s3_files/one', anObject))
    const found = await right(createFsObjectStore(dir, localProcessLiveness).read('s3_files/one', whole))
    expect(O.isSome(found)).to.equal(true)
  })

  it('stores every key inside its folder, apart from its own files', async () => {
    const segment = fc.constantFrom('..', '.', '', '.incoming', 'a', '...', '%2E%2E', '\0', '\\..', '~', 'ü')
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 5 }), async (segments) => {
        const key = segments.join('/')
        const inside = join(await mkdtemp(join(root, 'keys-')), 'inside')
        const keyed = createFsObjectStore(inside, localProcessLiveness)
        await right(keyed.put(key, anObject))
        expect(await readdir(join(inside, '..'))).to.deep.equal(['inside'])
        expect(await readdir(join(inside, '.incoming'))).to.deep.equal([])
        const found = await right(keyed.read(key, whole))
        expect(O.isSome(found) && (await collect(found.value)).toString()).to.equal('larder')
      }),
      { numRuns: 60 },
    )
  })

  it('keeps different keys apart', async () => {
    const keys = ['a/b', 'a/%62', 'a//b', 'a%2Fb', '../a/b']
    for (const key of keys) await right(store.put(key, newObject(Buffer.from(key))))
    for (const key of keys) expect(await textAt(key)).to.equal(key)
  })

  it('returns none for a folder, and for a key below an object', async () => {
    await right(store.put('s3_files/one', anObject))
    expect(await textAt('s3_files')).to.equal(null)
    expect(await textAt('s3_files/one/two')).to.equal(null)
  })

  it('closes every file, even if the reader cancels or never starts', async () => {
    const bytes = Buffer.alloc(1_000_000, 1)
    await right(store.put('s3_files/one', newObject(bytes)))
    for (let reader = 0; reader < 20; reader += 1) {
      const found = await right(store.read('s3_files/one', whole))
      if (O.isNone(found) || reader % 2 === 0) continue
      for await (const chunk of found.value) if (chunk.length > 0) break
    }
    expect(await openFilesBelow(dir)).to.deep.equal([])
  })

  it('throws when the file is truncated during a read', async () => {
    await right(store.put('s3_files/one', newObject(Buffer.alloc(1_000_000, 1))))
    const found = await right(store.read('s3_files/one', whole))
    if (O.isNone(found)) throw new Error('the object is missing')
    const read = async (): Promise<void> => {
      for await (const _ of found.value) await truncate(join(dir, 's3_files/one'), 300_000)
    }
    expect(await read().catch((error: Error) => error.message)).to.match(/became shorter/)
  })

  it('returns none after its folder was deleted, and accepts objects again', async () => {
    await right(store.put('s3_files/one', anObject))
    await rm(dir, { recursive: true })
    expect(await textAt('s3_files/one')).to.equal(null)
    await right(store.delete('s3_files/one'))
    await right(store.check)
    await right(store.put('s3_files/one', anObject))
    expect(await textAt('s3_files/one')).to.equal('larder')
  })

  it('fails with Unavailable if it cannot write or read', async () => {
    const file = join(root, 'a-file')
    await writeFile(file, '')
    const blocked = createFsObjectStore(file, localProcessLiveness)
    expect((await left(blocked.check))._tag).to.equal('Unavailable')
    expect((await left(blocked.put('s3_files/one', anObject)))._tag).to.equal('Unavailable')
    await right(store.put('s3_files/one', anObject))
    expect((await left(store.read(`s3_files/${'x'.repeat(300)}`, whole)))._tag).to.equal('Unavailable')
  })

  it('removes the files of killed processes, and none of running ones', async () => {
    const incoming = join(dir, '.incoming')
    const elsewhere = currentProcessIdentity.replace(/^.{12}/, '0123456789ab')
    const old = new Date(Date.now() - 25 * 60 * 60 * 1000)
    await mkdir(incoming, { recursive: true })
    const leftovers = [
      `${currentProcessIdentity.replace(/\d+$/, '1')}.0`,
      `${elsewhere}.5`,
      'of-no-process',
      'host.1.5',
    ]
    const alive = [`${processIdentityOf(process.ppid)}.0`, `${elsewhere}.6`]
    for (const name of [...leftovers, ...alive]) await writeFile(join(incoming, name), 'unfinished')
    for (const name of leftovers.slice(1)) await utimes(join(incoming, name), old, old)

    await right(store.check)
    expect((await readdir(incoming)).sort()).to.deep.equal(alive.sort())
  })

  it('stores no bytes of an object whose writer was killed', async () => {
    const program = fileURLToPath(new URL('../../support/endless-put.ts', import.meta.url))
    const writer = spawn(process.execPath, ['--import', 'tsx', program, dir, 's3_files/one'])
    await once(writer.stdout, 'data')
    writer.kill('SIGKILL')
    await once(writer, 'exit')
    expect(await readdir(join(dir, '.incoming'))).to.have.length(1)
    await right(store.check)
    expect(await readdir(join(dir, '.incoming'))).to.deep.equal([])
    expect(await textAt('s3_files/one')).to.equal(null)
  })

  it('keeps the partial file of another store of this process', async () => {
    const started = withResolvers()
    const resume = withResolvers()
    const slow = { ...anObject, open: () => slowly(Buffer.from('larder'), started.resolve, resume.promise) }
    const put = store.put('s3_files/slow', slow)()
    await started.promise
    await right(createFsObjectStore(dir, localProcessLiveness).check)
    resume.resolve()
    await put
    expect(await textAt('s3_files/slow')).to.equal('larder')
  })
})

async function* slowly(bytes: Buffer, started: () => void, resume: Promise<void>): AsyncIterable<Uint8Array> {
  yield bytes.subarray(0, 1)
  started()
  await resume
  yield bytes.subarray(1)
}

const withResolvers = (): { readonly promise: Promise<void>; readonly resolve: () => void } => {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/** Returns the paths below `dir` of the files that this process has open (Linux). */
const openFilesBelow = async (dir: string): Promise<ReadonlyArray<string>> => {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''))
  return (await Promise.all(links)).filter((path) => path.startsWith(dir))
}
