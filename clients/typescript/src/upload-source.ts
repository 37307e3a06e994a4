import { defaultOptions } from 'tus-js-client'
import { LarderError } from './larder-error.ts'

type Reader = typeof defaultOptions.fileReader
type Reading = {
  readonly chunkSize?: number
  readonly uploadLengthDeferred?: boolean
  readonly fileReader?: Reader
}

/** A stream of a file of Node's `fs`, which is read from any place when the upload goes on. */
type FileStreamLike = { readonly path: unknown; readonly pipe: unknown }

/** A stream of Node, whose end is not foreseen. It can be continued after a lost connection, not by another process. */
type StreamLike = { readonly pipe: unknown }

/** What is uploaded: a file of a form, bytes, `fs.createReadStream(path)`, or another stream of Node. */
export type UploadSource = Blob | Uint8Array | FileStreamLike | StreamLike

/** Returns the name that a source has: that of a file of a form, or of a file of Node's `fs`, without its folders. */
export const nameOf = (source: UploadSource): string | undefined => {
  if (source instanceof Blob) return 'name' in source ? String(source.name) : undefined
  if (!('path' in source) || typeof source.path !== 'string') return undefined
  return source.path.split(/[/\\]/).at(-1) || undefined
}

/** Returns the failure of an upload whose bytes cannot be read. */
export const unreadable = (cause: unknown): LarderError =>
  cause instanceof LarderError
    ? cause
    : new LarderError({
        type: 'unreadable_source',
        message: cause instanceof Error ? cause.message : String(cause),
        cause,
      })

const isBrowser = () => 'XMLHttpRequest' in globalThis

/** Bytes of one request where a piece of a blob has to be in memory. */
const defaultChunk = 16 * 2 ** 20

/** Reads blobs in Node, for which tus-js-client has no reader. */
const blobReader: Reader = {
  openFile: async (blob: Blob) => ({
    size: blob.size,
    slice: async (start: number, end: number) => {
      const piece = blob.slice(start, end)
      const value = new Uint8Array(await piece.arrayBuffer())
      // The uploader asks each piece for its size.
      return { value: Object.assign(value, { size: piece.size }), done: end >= blob.size }
    },
    close: () => undefined,
  }),
}

const readersOf = (
  source: UploadSource,
  chunkBytes: number | undefined,
): { readonly file: unknown; readonly reading: Reading } => {
  const blob = source instanceof Uint8Array ? new Blob([source as Uint8Array<ArrayBuffer>]) : source
  const chunk = chunkBytes === undefined ? {} : { chunkSize: chunkBytes }
  if (!(blob instanceof Blob) && !('path' in blob && blob.path != null))
    return { file: blob, reading: { chunkSize: defaultChunk, ...chunk, uploadLengthDeferred: true } }
  if (!(blob instanceof Blob) || isBrowser()) return { file: blob, reading: chunk }
  return { file: blob, reading: { chunkSize: defaultChunk, ...chunk, fileReader: blobReader } }
}

type OrUnreadable = <A>(reading: () => Promise<A>) => Promise<A>

/** A piece of a file of Node, which is read while it is sent. */
type PieceStream = {
  readonly size?: number
  readonly bytesRead?: number
  readonly on: (event: 'error' | 'end', listener: (error?: unknown) => void) => unknown
}

const isPieceStream = (value: unknown): value is PieceStream =>
  typeof value === 'object' && value !== null && 'on' in value && typeof value.on === 'function'

/** Tells what befalls a stream, whose errors would end the process if they were not heard. */
const listenForFaults = (value: unknown, onFault: (cause: unknown) => void): void => {
  if (!isPieceStream(value)) return
  value.on('error', onFault)
  value.on('end', () => {
    if ((value.bytesRead ?? 0) < (value.size ?? 0)) onFault(new Error('the file has become shorter'))
  })
}

/** Makes a reader tell its faults, also those of pieces that it has returned already. */
const guarded = (reader: Reader, orUnreadable: OrUnreadable, onFault: (cause: unknown) => void): Reader => ({
  openFile: async (input, chunkSize) => {
    const opened = await orUnreadable(() => reader.openFile(input, chunkSize))
    return {
      size: opened.size,
      slice: async (start, end) => {
        const piece = await orUnreadable(() => opened.slice(start, end))
        listenForFaults(piece.value, onFault)
        return piece
      },
      close: () => opened.close(),
    }
  },
})

/**
 * Returns a source that tus-js-client reads here, and how. In browsers it reads blobs itself, without copies. `onFault` is
 * called with what makes the source unreadable. `checkBlob` fails if the file of a blob was changed or removed.
 */
export const readable = (
  source: UploadSource,
  chunkBytes: number | undefined,
  onFault: (cause: unknown) => void,
) => {
  const { file, reading } = readersOf(source, chunkBytes)
  const { fileReader = defaultOptions.fileReader, ...sizes } = reading
  listenForFaults(source, onFault)
  // An upload that is paused, and resumed, tells nothing of a file that cannot be opened again.
  const orUnreadable: OrUnreadable = async (reading) => {
    try {
      return await reading()
    } catch (error) {
      onFault(error)
      throw unreadable(error)
    }
  }
  const fingerprint: typeof defaultOptions.fingerprint = (...given) =>
    orUnreadable(() => defaultOptions.fingerprint(...given))
  return {
    file,
    reading: { ...sizes, fileReader: guarded(fileReader, orUnreadable, onFault), fingerprint },
    // A browser tells no difference between a file that cannot be read and a server that is away.
    checkBlob: async (): Promise<void> => {
      if (!(file instanceof Blob) || !isBrowser()) return
      await orUnreadable(() => file.slice(0, 1).arrayBuffer())
    },
  }
}
