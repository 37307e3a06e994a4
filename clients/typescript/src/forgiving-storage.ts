import type { UploadOptions as TusOptions } from 'tus-js-client'

/** Where the URLs of unfinished uploads are remembered, such as `FileUrlStorage` of tus-js-client for Node. */
export type UploadStorage = NonNullable<TusOptions['urlStorage']>

const orElse = async <A>(call: () => Promise<A>, otherwise: A): Promise<A> => {
  try {
    return await call()
  } catch {
    return otherwise
  }
}

/**
 * Returns a storage that never fails: an upload whose URL cannot be remembered, because the storage is full or may not be
 * written, cannot be continued later, but goes on. tus-js-client would wait for ever.
 */
export const forgiving = (storage: UploadStorage): UploadStorage => ({
  findAllUploads: () => orElse(() => storage.findAllUploads(), []),
  findUploadsByFingerprint: (fingerprint) => orElse(() => storage.findUploadsByFingerprint(fingerprint), []),
  removeUpload: (key) => orElse(() => storage.removeUpload(key), undefined),
  // Without a key nothing is removed at the end.
  addUpload: (fingerprint, upload) => orElse(() => storage.addUpload(fingerprint, upload), ''),
})
