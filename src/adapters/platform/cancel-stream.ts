import type { ByteStream } from '../../domain/media/bytes.ts'

/** Cancels a stream without waiting for the stream to close. A read may be pending. */
export const cancelStream = (stream: ByteStream): void => {
  // The reader has left, so no caller can handle a failure to close.
  stream[Symbol.asyncIterator]()
    .return?.()
    .catch(() => undefined)
}

/** Cancels a stream from which nothing has been read, without waiting for the stream to close. */
export const cancelUnstartedStream = (stream: ByteStream): void => {
  // A generator that was never started runs no `finally` block when it is closed, so this starts the
  // generator first.
  const startAndLeave = async () => {
    for await (const _ of stream) return
  }
  startAndLeave().catch(() => undefined)
}
