import { createHash, randomBytes } from 'node:crypto'
import { access, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { type BadOrigin, badOrigin, type Unavailable, unavailable } from '../../src/domain/shared/errors.ts'
import { toStreamError } from '../../src/domain/shared/stream-failure.ts'
import { E, TE } from '../../src/fp.ts'
import type { LocalFiles } from '../../src/ports/local-files.ts'
import { collect, inChunks, sha256 } from '../support/bytes.ts'
import { left, right } from '../support/expect-right.ts'

/** What every LocalFiles promises. An adapter's test file calls it. */
export const localFilesContract = (make: () => Promise<LocalFiles>): void => {
  let files: LocalFiles
  let folder: string

  beforeEach(async () => {
    files = await make()
    folder = await mkdtemp(join(tmpdir(), 'larder-local-files-'))
  })

  afterEach(() => rm(folder, { recursive: true }))

  const put = async (name: string, bytes: Uint8Array | string): Promise<string> => {
    await writeFile(join(folder, name), bytes)
    return join(folder, name)
  }

  describe('withUsablePath', () => {
    const readBack = (path: string) =>
      files.withUsablePath(path, (usable) => async () => E.right(await readFile(usable, 'utf8')))
    const named = (bytes: ReadonlyArray<number>): Buffer =>
      Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(bytes)])

    it('returns a path that is valid UTF-8 unchanged', async () => {
      const path = await put('naïve – name.txt', 'text')
      expect(await right(files.withUsablePath(path, TE.right))).to.equal(path)
    })

    it('[V37] opens a file whose name is not UTF-8, also in a folder of such a name', async () => {
      await mkdir(named([0xe9, 0x74, 0xe9]))
      const path = Buffer.concat([
        named([0xe9, 0x74, 0xe9]),
        Buffer.from('/caf'),
        Buffer.from([0xe9, 0x2e, 0x6a]),
      ])
      await writeFile(path, 'latin 1')
      expect(await right(readBack(path.toString()))).to.equal('latin 1')
      const inspected = files.withUsablePath(path.toString(), files.inspect)
      expect(await right(inspected)).to.include({ name: 'caf\ufffd.j', size: 7 })
    })

    it('[V37] fails with Refused for a name that matches several files', async () => {
      await writeFile(named([0xe8]), '')
      await writeFile(named([0xe9]), '')
      expect(await left(readBack(`${folder}/\ufffd`))).to.include({ _tag: 'Refused' })
    })

    it('returns the path of a missing file unchanged, so that the caller reports it', async () => {
      const missing = `${folder}/\ufffd.jpg`
      expect(await right(files.withUsablePath(missing, TE.right))).to.equal(missing)
    })
  })

  describe('inspect', () => {
    for (const size of [1, 4095, 4096, 4097, 3_000_001])
      it(`returns size, digests and head of ${size} bytes`, async () => {
        const bytes = randomBytes(size)
        const path = await put('some file.bin', bytes)
        const { head, ...rest } = await right(files.inspect(path))
        expect(Buffer.from(head).equals(bytes.subarray(0, 4096))).to.equal(true)
        expect(rest).to.deep.equal({
          path,
          name: 'some file.bin',
          size,
          sha256: sha256(bytes),
          sha512: createHash('sha512').update(bytes).digest('hex'),
        })
      })

    it('follows a symbolic link', async () => {
      await put('bunny.mp4', 'film')
      await symlink('bunny.mp4', join(folder, 'link.mp4'))
      expect(await right(files.inspect(join(folder, 'link.mp4')))).to.include({ name: 'link.mp4', size: 4 })
    })

    const refusals: ReadonlyArray<[string, () => Promise<string>, string]> = [
      ['a missing file', async () => join(folder, 'x.mp4'), 'there is no such file'],
      ['a link to a missing file', () => link('gone', 'x.mp4'), 'there is no such file'],
      [
        'a path below a regular file',
        async () => join(await put('a', 'text'), 'x.mp4'),
        'there is no such file',
      ],
      ['a link to itself', () => link('x.mp4', 'x.mp4'), 'it cannot be read: its symbolic links form a loop'],
      ['a name that is too long', async () => join(folder, 'x'.repeat(300)), 'its name is too long'],
      ['a folder', () => subfolder('holiday'), 'it is a folder'],
      ['a device', async () => '/dev/zero', 'it is not a plain file'],
      ['an empty file', () => put('x.mp4', ''), 'the file is empty'],
    ]
    for (const [what, path, message] of refusals)
      it(`refuses ${what}`, async () => {
        const refusal = await left(files.inspect(await path()))
        expect(refusal._tag).to.equal('Refused')
        expect(refusal.message).to.satisfy(
          (text: string) => text === message || text === `it cannot be read: ${message}`,
        )
      })

    it('omits the file name from the error message, because the caller adds its own form of the name', async () => {
      const refusal = await left(files.inspect(join(folder, 'a\nb\u001b[31m.mp4')))
      expect(refusal.message).to.equal('there is no such file')
    })

    const link = async (target: string, name: string): Promise<string> => {
      await symlink(target, join(folder, name))
      return join(folder, name)
    }
    const subfolder = async (name: string): Promise<string> => {
      await mkdir(join(folder, name))
      return join(folder, name)
    }
  })

  describe('hasBytes', () => {
    it('is true for a plain file with these bytes, and false for every other path', async () => {
      const path = await put('film', 'bytes')
      const expected = { size: 5, sha256: sha256(Buffer.from('bytes')) }
      expect(await right(files.hasBytes(path, expected))).to.equal(true)
      expect(await right(files.hasBytes(path, { ...expected, size: 4 }))).to.equal(false)
      expect(await right(files.hasBytes(await put('film', 'bytez'), expected))).to.equal(false)
      expect(await right(files.hasBytes(await put('film', 'bytes and more'), expected))).to.equal(false)
      for (const other of [join(folder, 'gone'), folder, '/dev/zero'])
        expect(await right(files.hasBytes(other, expected)), other).to.equal(false)
    })
  })

  describe('slices', () => {
    it('return the requested bytes, and their digest', async () => {
      const bytes = randomBytes(10_000)
      const path = await put('part', bytes)
      await fc.assert(
        fc.asyncProperty(fc.nat(10_000), fc.nat(10_000), async (a, b) => {
          const slice = { path, start: Math.min(a, b), end: Math.max(a, b) }
          const expected = bytes.subarray(slice.start, slice.end)
          expect((await collect(files.open(slice))).equals(expected)).to.equal(true)
          expect(await right(files.digest(slice))).to.deep.equal({
            size: expected.length,
            sha256: sha256(expected),
          })
        }),
        { numRuns: 30 },
      )
    })

    it('can be cancelled half-way', async () => {
      const path = await put('part', randomBytes(2_000_000))
      for await (const chunk of files.open({ path, start: 0, end: 2_000_000 })) {
        expect(chunk.length).to.be.above(0)
        break
      }
      expect(await right(files.digest({ path, start: 0, end: 2_000_000 }))).to.include({ size: 2_000_000 })
    })

    it('fail when the file is shorter than the requested range, instead of returning fewer bytes', async () => {
      const slice = { path: await put('part', 'short'), start: 2, end: 9 }
      expect((await left(files.digest(slice)))._tag).to.equal('Unavailable')
      expect(await collect(files.open(slice)).catch((cause) => cause)).to.be.an('error')
    })

    it('fail when the file is missing', async () => {
      const slice = { path: join(folder, 'gone'), start: 0, end: 1 }
      expect((await left(files.digest(slice)))._tag).to.equal('Unavailable')
      expect(await collect(files.open(slice)).catch((cause) => cause)).to.be.an('error')
    })
  })

  describe('write', () => {
    it('writes a stream, and replaces the previous file', async () => {
      const path = await put('upload', 'an older one')
      const bytes = randomBytes(300_000)
      await right(files.write(path, inChunks(bytes)))
      expect((await readFile(path)).equals(bytes)).to.equal(true)
      expect(await readdir(folder)).to.deep.equal(['upload'])
    })

    it('discards the partial file when the stream fails, and keeps the previous one', async () => {
      const path = await put('upload', 'an older one')
      const breaking = async function* () {
        yield randomBytes(100_000)
        throw new Error('connection lost')
      }
      expect(await left(files.write(path, breaking()))).to.include({ _tag: 'Unavailable' })
      expect(await readFile(path, 'utf8')).to.equal('an older one')
      expect(await readdir(folder)).to.deep.equal(['upload'])
    })

    it('fails as the store that sends the bytes: a damaged object is one of the file, an outage is not', async () => {
      const breakingWith = async function* (failure: BadOrigin | Unavailable) {
        yield randomBytes(10)
        throw toStreamError(failure)
      }
      const path = join(folder, 'download')
      const damaged = await left(files.write(path, breakingWith(badOrigin('it is too short'))))
      expect(damaged).to.include({ _tag: 'Unavailable', isInputSuspected: true })
      const down = unavailable('object store')('it is down')
      expect(await left(files.write(path, breakingWith(down)))).to.equal(down)
    })

    it('ends with one whole file after two concurrent writes', async () => {
      const path = join(folder, 'upload')
      const bodies = [randomBytes(500_000), randomBytes(400_000)]
      await Promise.all(bodies.map((body) => right(files.write(path, inChunks(body)))))
      expect(bodies.map(sha256)).to.include(sha256(await readFile(path)))
      expect(await readdir(folder)).to.deep.equal(['upload'])
    })

    it('fails with Unavailable when the folder is missing', async () => {
      const task = files.write(join(folder, 'no', 'upload'), inChunks(randomBytes(10)))
      expect((await left(task))._tag).to.equal('Unavailable')
    })
  })

  describe('scratch', () => {
    const isGone = (path: string): Promise<boolean> =>
      access(path).then(
        () => false,
        () => true,
      )

    it('is a new empty folder for each task, and exists only while the task runs', async () => {
      const use = files.withScratch((scratch) =>
        TE.fromTask(async () => {
          expect(await readdir(scratch)).to.deep.equal([])
          await mkdir(join(scratch, 'deep'))
          await writeFile(join(scratch, 'deep', 'file'), 'text')
          return scratch
        }),
      )
      const [one, other] = await Promise.all([right(use), right(use)])
      expect(one).to.not.equal(other)
      expect(await Promise.all([isGone(one), isGone(other)])).to.deep.equal([true, true])
    })

    it('is accessible only to this user', async () => {
      const mode = await right(
        files.withScratch((scratch) => TE.fromTask(async () => (await stat(scratch)).mode & 0o777)),
      )
      expect(mode).to.equal(0o700)
    })

    it('is removed when the task fails, and the failure is returned', async () => {
      let seen = ''
      const result = await files.withScratch((scratch) => {
        seen = scratch
        return TE.left('no')
      })()
      expect(result).to.deep.equal(E.left('no'))
      expect(await isGone(seen)).to.equal(true)
    })

    it('is removed when the task throws, and the exception is rethrown', async () => {
      let seen = ''
      const task = files.withScratch((scratch) => {
        seen = scratch
        return () => Promise.reject(new Error('a bug'))
      })
      expect(await task().catch(String)).to.equal('Error: a bug')
      expect(await isGone(seen)).to.equal(true)
    })
  })
}
