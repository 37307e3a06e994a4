import type { IncomingHttpHeaders } from 'node:http'
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy'
import type { ByteStream } from '../../domain/media/bytes.ts'
import { isTimeout } from '../../domain/shared/timeout-error.ts'
import { E } from '../../fp.ts'
import {
  malformedBody,
  type RequestFault,
  slowRequest,
  unprocessable,
  unsupportedMedia,
} from './request-faults.ts'
import { type SentFields, type UploadField, uploadFields } from './upload-details.ts'

/** A form whose file begins. */
export type UploadForm = {
  readonly fields: SentFields
  /** The file name as the client wrote it; `null` if there is none. */
  readonly fileName: string | null
  /** The bytes of the file. Throws if the form is malformed or the client is gone. */
  readonly file: ByteStream
  /** Reads the end of the form, once the file is read. Fails if anything but the end follows. */
  readonly end: () => Promise<E.Either<RequestFault, void>>
  /** Ends the reading of the form early. */
  readonly cancel: () => void
}

/** Limits of the form around the file. The longest field is `metadata`, in which each character may be escaped. */
const limits = {
  fieldNameSize: 100,
  fieldSize: 128 * 1024,
  fields: uploadFields.length,
  files: 1,
  parts: uploadFields.length + 1,
  headerPairs: 20,
  headerSize: 16 * 1024,
}

/**
 * The form around the file is not longer than this (bytes). It bounds also what the parser skips: the text before the first
 * boundary, and after the last.
 */
export const maxFormBytes = 1024 * 1024

const form = /^multipart\/form-data *;/i

const isField = (name: string): name is UploadField => (uploadFields as ReadonlyArray<string>).includes(name)

const createParser = (contentType: string): BusboyInstance | null => {
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits })
  } catch {
    return null
  }
}

/**
 * Reads a form up to the first byte of its file, which follows all fields. The file is read as fast as its reader reads it,
 * and never kept in memory.
 */
export const readUploadForm = async (
  headers: IncomingHttpHeaders,
  body: ByteStream,
): Promise<E.Either<RequestFault, UploadForm>> => {
  const contentType = headers['content-type'] ?? ''
  const parser = form.test(contentType) ? createParser(contentType) : null
  if (parser === null) return E.left(unsupportedMedia)

  const fields: Partial<Record<UploadField, string>> = {}
  let isCancelled = false
  let hasFile = false
  let isInFile = false
  let failure: RequestFault | null = null
  let endParser: (fault: RequestFault | null) => void = () => undefined
  const ended = new Promise<RequestFault | null>((resolve) => {
    endParser = resolve
  })

  return new Promise((resolve) => {
    let file: BusboyFileStream | null = null
    let release = (): void => undefined

    const fail = (fault: RequestFault): void => {
      failure ??= fault
      resolve(E.left(failure))
      endParser(failure)
      release()
      file?.destroy(new Error('the form is malformed'))
    }
    const failField = (name: string, msg: string): void =>
      fail(unprocessable([{ loc: ['body', name.slice(0, 100)], msg, type: 'form' }]))

    parser.on('field', (name, value, isNameCut, isValueCut) => {
      if (hasFile) return failField(name, 'should be before the file')
      if (isNameCut || !isField(name)) return failField(name, 'is no field of an upload')
      if (isValueCut) return failField(name, 'is too long')
      if (fields[name] !== undefined) return failField(name, 'is there twice')
      fields[name] = value
    })
    parser.on('file', (name, stream, fileName) => {
      // Who reads it gets the error, too.
      stream.on('error', () => undefined)
      if (name !== 'file') return failField(name, 'is no field of an upload')
      file = stream
      hasFile = true
      isInFile = true
      stream.on('end', () => {
        isInFile = false
      })
      resolve(
        E.right({
          fields,
          fileName: fileName === '' ? null : fileName,
          file: stream,
          end: async () => {
            const fault = await ended
            return fault === null ? E.right(undefined) : E.left(fault)
          },
          cancel: () => {
            isCancelled = true
            release()
          },
        }),
      )
    })
    for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const)
      parser.on(limit, () => fail(malformedBody))
    parser.on('error', () => fail(malformedBody))
    // The parser finishes with the last boundary, and the body may go on.
    let isParsed = false
    let isRead = false
    const endOnceRead = (): void => {
      if (isParsed && isRead) endParser(null)
    }
    parser.on('finish', () => {
      isParsed = true
      if (hasFile) endOnceRead()
      else failField('file', 'is missing')
    })
    parser.on('drain', () => release())

    const pump = async (): Promise<void> => {
      let aroundFile = 0
      for await (const bytes of body) {
        if (isCancelled || failure !== null) return
        if (!isInFile) aroundFile += bytes.length
        if (aroundFile > maxFormBytes) return fail(malformedBody)
        if (parser.write(bytes)) continue
        await new Promise<void>((resume) => {
          release = resume
          if (isCancelled || failure !== null) resume()
        })
      }
      isRead = true
      parser.end()
      endOnceRead()
    }
    pump().catch((error) => fail(isTimeout(error) ? slowRequest : malformedBody))
  })
}
