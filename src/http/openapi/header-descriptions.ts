/** Headers of requests that routes read. */
export const requestHeaders = {
  'If-Match': {
    description: 'The `ETag` of the version that is changed; `*` overwrites any version.',
    required: true,
  },
  'If-None-Match': { description: 'An `ETag`: the reply is 304 if it is still valid.', required: false },
  'If-Range': { description: 'An `ETag`: `Range` counts only if it is still valid.', required: false },
  Range: { description: 'One range of bytes, or up to eight.', required: false },
  'Tus-Resumable': { description: '`1.0.0`.', required: true },
  'Upload-Defer-Length': { description: '`1`: the length is declared later.', required: false },
  'Upload-Length': { description: 'The length of the file in bytes.', required: false },
  'Upload-Metadata': {
    description: '`filename title public alt metadata`, each with its value in Base64.',
    required: false,
  },
  'Upload-Offset': { description: 'The offset of the first byte of the body.', required: true },
  'Last-Event-ID': { description: 'The id of the last event of an earlier stream.', required: false },
} as const
export type RequestHeader = keyof typeof requestHeaders

/** Headers of replies, by name. */
export const replyHeaders = {
  'Accept-CH': 'The client hints that the choice depends on.',
  'Accept-Ranges': '`bytes`.',
  Allow: 'The methods of the route.',
  'Cache-Control': 'How long the reply may be cached, and by whom (http-api.md §6.3).',
  'Content-Disposition': 'The name of the file, to save it.',
  'Content-Location': 'The address of the export that was chosen.',
  'Content-Range': 'The range that is sent, and the length of the whole.',
  'Content-Security-Policy': 'What the page may load.',
  ETag: 'The version of the resource, or the digest of the bytes.',
  'Last-Modified': 'When the bytes were stored.',
  Location: 'The address of the new upload.',
  'Repr-Digest': 'The SHA-256 of the whole (RFC 9530).',
  'Retry-After': 'Seconds after which the request may be sent again.',
  'Tus-Resumable': '`1.0.0`.',
  'Upload-Defer-Length': '`1` as long as the length is not known.',
  'Upload-Expires': 'When the upload is deleted unless more bytes arrive.',
  'Upload-Length': 'The length of the file in bytes.',
  'Upload-Metadata': 'What the client said of the file, as it was sent.',
  'Upload-Offset': 'Number of bytes that are on disk.',
  'WWW-Authenticate': '`Bearer`.',
  'x-image-file-jwt': 'With `public=1`: a fresh token for the picture.',
} as const
export type ReplyHeader = keyof typeof replyHeaders
