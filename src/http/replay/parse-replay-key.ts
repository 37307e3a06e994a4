import type { IncomingHttpHeaders } from 'node:http'

/** A request for something that may have been asked for before. */
export type ReplayKey = {
  /** The same for all requests that differ in their tokens alone. */
  readonly name: string
  /** `null`: it brings no credential. */
  readonly jwt: string | null
  /** Whether the reply depends on more than what is stored. */
  readonly isConditional: boolean
}

// Each of them recognises the usual way to write it, and nothing that could be read in two ways: what it passes over
// is answered by the routes.
const inHeader = /^bearer ([\w.-]+)$/i
const inPath = /^\/api\/1\/~([\w.-]+)\//
const inQuery = /[?&]jwt=([\w.-]+)(?=&|$)/

const isConditional = (headers: IncomingHttpHeaders): boolean =>
  headers.range !== undefined ||
  headers['if-none-match'] !== undefined ||
  headers['if-modified-since'] !== undefined ||
  headers['if-match'] !== undefined ||
  headers['if-unmodified-since'] !== undefined

/**
 * Takes a request apart into what is asked for and the token; `null` when only the routes can tell what it means.
 * `readsOrigin`: what is answered depends on who asks from where. Hot path. Which credential counts is as in
 * credential.ts: the first in the order header, path, query (http-api.md §2.2); what is read there must be read here.
 */
export const parseReplayKey = (
  method: string | undefined,
  url: string,
  headers: IncomingHttpHeaders,
  readsOrigin: boolean,
): ReplayKey | null => {
  if (method !== 'GET') return null
  const conditional = { isConditional: isConditional(headers) }
  const form = `${headers['accept-encoding'] ?? ''}\n${readsOrigin ? (headers.origin ?? '') : ''}`
  const { authorization } = headers
  if (authorization !== undefined) {
    const jwt = inHeader.exec(authorization)?.[1]
    return jwt === undefined ? null : { name: `header\n${form}\n${url}`, jwt, ...conditional }
  }
  const carried = inPath.exec(url) ?? inQuery.exec(url)
  const jwt = carried?.[1]
  if (carried === null || jwt === undefined)
    return { name: `nobody\n${form}\n${url}`, jwt: null, ...conditional }
  const at = carried.index + carried[0].lastIndexOf(jwt)
  if (url.lastIndexOf('jwt=') > at) return null
  // The body of a list has room for tokens of one length.
  const name = `${jwt.length}\n${form}\n${url.slice(0, at)}\n${url.slice(at + jwt.length)}`
  return { name, jwt, ...conditional }
}
