import { MessageChannel } from 'node:worker_threads'

const { port1: closed } = new MessageChannel()
closed.close()

/**
 * Frees the memory of a piece of a body at once; it is empty afterwards. Left to the garbage collector, the pieces of a
 * long body make it walk the whole heap each few megabytes, which costs more than all other work of an upload.
 */
export const releaseBytes = (bytes: Uint8Array): void => {
  const { buffer } = bytes
  // A smaller piece may share the pool of Node with others.
  if (buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength && bytes.byteLength >= 16_384)
    // A closed port takes what is transferred to it, and drops it.
    closed.postMessage(null, [buffer])
}
