import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { exchange } from '../support/exchange.ts'
import type { FuzzLibrary } from './library.ts'

type Carrier = 'header' | 'path' | 'query' | 'none'

/** A request and its reply, which was recorded before the run. */
export type KnownReply = {
  readonly name: string
  readonly target: string
  readonly headers: ReadonlyArray<string>
  readonly carrier: Carrier
  readonly kind: 'bytes' | 'list' | 'other'
  readonly body: Buffer
  readonly contentType: string
  readonly etag: string | undefined
  readonly digest: string
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64')

/** Returns the hashes of all objects in the store. They are read without the server. */
const storedHashes = (dataDir: string): ReadonlySet<string> =>
  new Set(
    readdirSync(join(dataDir, 'objects'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => sha256(readFileSync(join(entry.parentPath, entry.name)))),
  )

/** Returns the target and headers of a request that carries its token in this carrier. */
export const withToken = (path: string, jwt: string, carrier: Carrier) => {
  if (carrier === 'header') return { target: path, headers: [`Authorization: Bearer ${jwt}`] }
  if (carrier === 'path') return { target: path.replace('/api/1/', `/api/1/~${jwt}/`), headers: [] }
  const separator = path.includes('?') ? '&' : '?'
  return { target: carrier === 'query' ? `${path}${separator}jwt=${jwt}` : path, headers: [] }
}

const headersOf = (lines: ReadonlyArray<string>): Record<string, string> =>
  Object.fromEntries(lines.map((line) => line.split(/: /, 2) as [string, string]))

/** Sends one simple request to each route in sequence, and compares the bytes with the store itself. */
export const recordKnownReplies = async (
  port: number,
  library: FuzzLibrary,
  dataDir: string,
): Promise<ReadonlyArray<KnownReply>> => {
  const stored = storedHashes(dataDir)
  const knownReplies: KnownReply[] = []

  const learn = async (
    name: string,
    path: string,
    jwt: string,
    kind: KnownReply['kind'],
    carriers: ReadonlyArray<Carrier>,
  ) => {
    let text = ''
    for (const carrier of carriers) {
      const { target, headers } = withToken(path, jwt, carrier)
      const {
        status,
        headers: replied,
        body,
      } = await exchange(`http://127.0.0.1:${port}${target}`, {
        headers: headersOf(headers),
      })
      if (status !== 200) throw new Error(`${name} by ${carrier} is ${status}`)
      if (kind === 'bytes' && !stored.has(sha256(body)))
        throw new Error(`${name} has bytes that the store has not`)
      knownReplies.push({
        name: `${name} by ${carrier}`,
        target,
        headers,
        carrier,
        kind,
        body,
        contentType: replied['content-type'] ?? '',
        digest: `sha-256=:${sha256(body)}:`,
        etag: replied.etag,
      })
      if (carrier === carriers[0]) text = body.toString()
    }
    return text
  }
  const all: ReadonlyArray<Carrier> = ['header', 'path', 'query']

  for (const [name, { uid, jwt }, carriers] of [
    ['public picture', library.publicImage, [...all, 'none']],
    ['private picture', library.privateImage, all],
  ] as const) {
    const list = await learn(`list of the ${name}`, `/api/1/image_files/playlist/${uid}`, jwt, 'list', all)
    const urls = [...list.matchAll(/https?:\/\/[^"/]+(\/[^"]+)/g)].map(([, path = '']) => path)
    for (const [at, path] of urls.entries())
      await learn(`export ${at} of the ${name}`, path, jwt, 'bytes', carriers)
    await learn(
      `best of the ${name}`,
      `/api/1/image_files/${uid}/best?w=300&fmt=webp`,
      jwt,
      'bytes',
      carriers,
    )
  }

  const { uid, jwt } = library.film
  const film = `/api/1/content_files/${uid}`
  await learn('mpd', `${film}/dash.mpd`, jwt, 'list', all)
  const web = await learn('web list', `${film}/web.json`, jwt, 'list', all)
  for (const [at, [, path = '']] of [...web.matchAll(/https?:\/\/[^"/]+(\/[^"]+)/g)].entries())
    await learn(`mp4 ${at}`, path, jwt, 'bytes', all)
  const master = await learn('master', `${film}/mobile.m3u8?bmin=0`, jwt, 'list', all)
  const lists = new Set([...master.matchAll(/\.\.\/exports\/[\w.-]+/g)].map(([uri]) => uri))
  for (const [at, uri] of [...lists].entries()) {
    const path = `/api/1/content_files/${uri.slice(3)}`
    const text = await learn(`list ${at}`, path, jwt, 'list', all)
    const parts = new Set([...text.matchAll(/parts\/[\w.-]+/g)].map(([part]) => part))
    for (const [n, part] of [...parts].slice(0, 2).entries())
      await learn(`part ${n} of list ${at}`, `/api/1/content_files/exports/${part}`, jwt, 'bytes', all)
  }
  await learn('admin', '/api/1/admin/me', library.idToken, 'other', ['header'])
  await learn('health', '/healthz', '', 'other', ['none'])
  await learn('page', `/console/watch/${uid}`, jwt, 'other', ['header', 'query'])
  return knownReplies
}

/** Returns the decoded body. */
export const decoded = (body: Buffer, coding: string | undefined): Buffer => {
  if (coding === undefined) return body
  if (coding === 'gzip') return gunzipSync(body)
  if (coding === 'br') return brotliDecompressSync(body)
  throw new Error(`an unknown coding: ${coding}`)
}
