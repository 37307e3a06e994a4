// @ts-check
import { parentPort } from 'node:worker_threads'
import { createSHA512 } from 'hash-wasm'

// What the thread of hashes runs. It is JavaScript, because Node 20 starts no thread with TypeScript.

/**
 * What the thread is asked for. `hash` names one of its hashes, which `open` makes.
 *
 * @typedef {{ readonly call: number, readonly hash: number } & (
 *   | { readonly does: 'open', readonly state: Uint8Array | null }
 *   | { readonly does: 'update', readonly bytes: Uint8Array }
 *   | { readonly does: 'save' | 'digest' | 'close' })} HashRequest
 */

/**
 * The value of a request: a saved state, a digest, or the memory of the bytes of an update; or why it failed.
 *
 * @typedef {Uint8Array | string | null} HashValue
 * @typedef {{ readonly call: number, readonly value: HashValue } | { readonly call: number, readonly error: string }} HashReply
 */

/**
 * Requests wait for their hash in the order in which they arrive.
 *
 * @type {Map<number, Promise<import('hash-wasm').IHasher>>}
 */
const hashes = new Map()

/** @param {Uint8Array | null} state */
const open = async (state) => {
  const sha512 = await createSHA512()
  return state === null ? sha512.init() : sha512.load(state)
}

/**
 * @param {HashRequest} request
 * @returns {Promise<HashValue>}
 */
const answer = async (request) => {
  if (request.does === 'open') hashes.set(request.hash, open(request.state))
  if (request.does === 'close') {
    hashes.delete(request.hash)
    return null
  }
  const hash = await hashes.get(request.hash)
  if (hash === undefined) throw new Error('there is no such hash')
  if (request.does === 'update') {
    hash.update(request.bytes)
    return request.bytes
  }
  if (request.does === 'save') return hash.save()
  return request.does === 'digest' ? hash.digest('hex') : null
}

parentPort?.on('message', async (/** @type {HashRequest} */ request) => {
  const { call } = request
  const reply = await answer(request).then(
    (value) => ({ call, value }),
    (error) => ({ call, error: String(error) }),
  )
  // The memory goes back as it came, without a copy.
  const memory = request.does === 'update' ? [/** @type {ArrayBuffer} */ (request.bytes.buffer)] : []
  parentPort?.postMessage(reply, memory)
})
