import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { UploadStorage } from '#larder-client'

type Remembered = Awaited<ReturnType<UploadStorage['findAllUploads']>>[number]

const isRecord = (value: unknown): value is Readonly<Record<string, Remembered>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The most URLs that are remembered. A server keeps an unfinished upload for a week at most. */
const maxRemembered = 1000

/** Remembers the URLs of unfinished uploads in a file, so that a later command continues them. */
export const createUploadStorage = (file: string): UploadStorage => {
  const read = (): Readonly<Record<string, Remembered>> => {
    try {
      const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
      return isRecord(parsed) ? parsed : {}
    } catch {
      // Without the file an upload begins anew.
      return {}
    }
  }
  const write = (uploads: Readonly<Record<string, Remembered>>) => {
    const newest = Object.entries(uploads).slice(-maxRemembered)
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(newest)), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  return {
    findAllUploads: async () => Object.values(read()),
    findUploadsByFingerprint: async (fingerprint) =>
      Object.entries(read())
        .filter(([key]) => key.startsWith(`${fingerprint}::`))
        .map(([urlStorageKey, upload]) => ({ ...upload, urlStorageKey })),
    removeUpload: async (key) => {
      const { [key]: _, ...others } = read()
      write(others)
    },
    addUpload: async (fingerprint, upload) => {
      const key = `${fingerprint}::${upload.creationTime}`
      write({ ...read(), [key]: upload })
      return key
    },
  }
}
