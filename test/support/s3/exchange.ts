import type { IncomingHttpHeaders } from 'node:http'
import type { Body } from './body.ts'
import { element, xmlDocument } from './xml.ts'

/** A request with a valid signature. */
export type S3Request = {
  readonly method: string
  /** Empty if the path does not name a bucket. */
  readonly bucket: string
  readonly key: string
  readonly query: ReadonlyMap<string, string>
  readonly headers: IncomingHttpHeaders
  readonly body: () => Promise<Body>
  /** Milliseconds since 1970. */
  readonly now: number
}

export type S3Response = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export const answer = (status: number, headers: Readonly<Record<string, string>> = {}): S3Response => ({
  status,
  headers,
  body: Buffer.alloc(0),
})

export const xmlAnswer = (root: string, content: ReadonlyArray<string>): S3Response => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(xmlDocument(root, content.join(''))),
})

export const errorXml = (code: string, message: string): string =>
  element('Error', element('Code', code) + element('Message', message))
