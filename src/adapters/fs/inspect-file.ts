import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Refused, refused } from '../../domain/shared/errors.ts'
import { storableText } from '../../domain/shared/storable-text.ts'
import { E, TE } from '../../fp.ts'
import type { SourceFile } from '../../ports/local-files.ts'
import { errnoOf } from '../platform/errno.ts'

/** The longest name that a file system of Linux permits has 255 bytes. */
const FileName = storableText({ maxCharacters: 255 })

/** Maximum length in bytes of `head`, the first bytes of the file. */
const headSize = 4096

/**
 * Implements LocalFiles.inspect: reads the file once, in constant memory. Messages omit the file name, which
 * the caller adds.
 */
export const inspectFile =
  (path: string): TE.TaskEither<Refused, SourceFile> =>
  async () => {
    const name = basename(path)
    const opened = await TE.tryCatch(() => openWithoutWaiting(path), couldNotRead)()
    if (E.isLeft(opened)) return opened
    const file = opened.right
    try {
      const stats = await file.stat()
      if (stats.isDirectory()) return E.left(refused('it is a folder'))
      if (!stats.isFile()) return E.left(refused('it is not a plain file'))
      if (!FileName.is(name)) return E.left(refused('its name has characters that cannot be stored'))

      const read = await readThrough(file)
      return read.size === 0 ? E.left(refused('the file is empty')) : E.right({ path, name, ...read })
    } catch (cause) {
      return E.left(couldNotRead(cause))
    } finally {
      await file.close()
    }
  }

/** Without O_NONBLOCK, opening a named pipe would wait for a writer. */
const openWithoutWaiting = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_NONBLOCK)

const chunksOf = (file: FileHandle): AsyncIterable<Buffer> =>
  file.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })

/** Implements LocalFiles.hasBytes. Returns `false` for a file that cannot be read. */
export const hasFileBytes =
  (path: string, { size, sha256 }: Pick<SourceFile, 'size' | 'sha256'>): TE.TaskEither<never, boolean> =>
  async () => {
    const opened = await TE.tryCatch(() => openWithoutWaiting(path), couldNotRead)()
    if (E.isLeft(opened)) return E.right(false)
    const file = opened.right
    try {
      const stats = await file.stat()
      if (!stats.isFile() || stats.size !== size) return E.right(false)
      const hash = createHash('sha256')
      let length = 0
      for await (const chunk of chunksOf(file)) {
        hash.update(chunk)
        length += chunk.length
      }
      return E.right(length === size && hash.digest('hex') === sha256)
    } catch {
      return E.right(false)
    } finally {
      await file.close()
    }
  }

const readThrough = async (file: FileHandle): Promise<Omit<SourceFile, 'path' | 'name'>> => {
  const sha256 = createHash('sha256')
  const sha512 = createHash('sha512')
  const heads: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunksOf(file)) {
    sha256.update(chunk)
    sha512.update(chunk)
    if (size < headSize) heads.push(chunk.subarray(0, headSize - size))
    size += chunk.length
  }
  return { size, sha256: sha256.digest('hex'), sha512: sha512.digest('hex'), head: Buffer.concat(heads) }
}

const couldNotRead = (cause: unknown): Refused => {
  const code = codeOf(cause)
  return refused(
    missing.has(code) ? 'there is no such file' : `it cannot be read: ${reasons.get(code) ?? code}`,
  )
}

const codeOf = (cause: unknown): string => errnoOf(cause) ?? String(cause)

const missing = new Set(['ENOENT', 'ENOTDIR'])
const reasons = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['ELOOP', 'its symbolic links form a loop'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['ENXIO', 'not a plain file'],
  ['EIO', 'the disk reports an error'],
])
