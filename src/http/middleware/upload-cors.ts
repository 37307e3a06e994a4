import type { Headers } from '../bytes/representation-headers.ts'
import { securityHeaders, setBaseHeaders } from '../response/base-headers.ts'
import { writeReply } from '../response/response-writer.ts'
import type { CorsPolicy } from './cors.ts'

const allowedHeaders = [
  'Authorization',
  'Content-Type',
  'Tus-Resumable',
  'Upload-Length',
  'Upload-Defer-Length',
  'Upload-Offset',
  'Upload-Metadata',
].join(', ')

const exposedHeaders = [
  'Location',
  'Upload-Offset',
  'Upload-Length',
  'Upload-Expires',
  'Tus-Resumable',
  'Tus-Version',
  'Tus-Extension',
  'Tus-Max-Size',
  'Retry-After',
].join(', ')

const extensions = 'creation,creation-with-upload,creation-defer-length,termination,expiration'

/**
 * Creates the CORS policy of uploads (http-api.md §11.6). The reply to OPTIONS also tells a tus client what the server
 * can do.
 */
export const createUploadCorsPolicy = (
  origins: ReadonlyArray<string>,
  uploadMaxBytes: number,
): CorsPolicy => {
  const anyOrigin = origins.includes('*')
  const tus: Headers = { 'Tus-Resumable': '1.0.0', 'Tus-Version': '1.0.0' }
  const shared = (origin: string): Headers => ({
    ...securityHeaders,
    ...tus,
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': exposedHeaders,
    'Cross-Origin-Resource-Policy': 'cross-origin',
  })
  const own: Headers = { ...securityHeaders, ...tus, 'Cross-Origin-Resource-Policy': 'cross-origin' }
  const headersFor = (origin: string): Headers =>
    anyOrigin ? shared('*') : { ...(origins.includes(origin) ? shared(origin) : own), Vary: 'Origin' }

  return {
    share: (ctx, next) => {
      setBaseHeaders(ctx, headersFor(ctx.get('Origin')))
      return next()
    },
    preflight: (ctx) =>
      writeReply(ctx, {
        status: 204,
        headers: {
          'Access-Control-Allow-Methods': 'POST, PATCH, HEAD, GET, DELETE, OPTIONS',
          'Access-Control-Allow-Headers': allowedHeaders,
          'Access-Control-Max-Age': '86400',
          'Tus-Extension': extensions,
          'Tus-Max-Size': String(uploadMaxBytes),
        },
        body: null,
      }),
  }
}
