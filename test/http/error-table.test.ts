import { expect } from 'chai'
import {
  badOrigin,
  conflict,
  type DomainError,
  forbidden,
  noSpace,
  notAccepted,
  notFound,
  overloaded,
  refused,
  takenDown,
  tooLarge,
  unavailable,
  versionMismatch,
  wrongKind,
} from '../../src/domain/shared/errors.ts'
import { TE } from '../../src/fp.ts'
import { anonymousAuthenticator } from '../../src/http/request/credential.ts'
import {
  malformedBody,
  malformedCredential,
  malformedUpload,
  missingCredential,
  preconditionMissing,
  type RequestFault,
  slowRequest,
  unprocessable,
  unsupportedMedia,
  versionTagMissing,
  wrongTusVersion,
} from '../../src/http/request/request-faults.ts'
import { createRouteGroup } from '../../src/http/router.ts'
import { readText } from '../support/contract.ts'
import { createMemoryLarder, listenRoutes, type TestServer } from '../support/memory-larder.ts'
import { undescribed } from '../support/undescribed.ts'

type AnyError = DomainError | RequestFault

type Row = {
  readonly error: AnyError
  readonly status: number
  readonly type: string
  readonly message?: string
  readonly retryAfter?: string
}

/** One row for each error tag. Without a row for a new tag this does not compile. */
const rows: { readonly [T in AnyError['_tag']]: Row & { readonly error: { readonly _tag: T } } } = {
  MissingCredential: { error: missingCredential, status: 401, type: 'not_set' },
  MalformedCredential: { error: malformedCredential, status: 401, type: 'bad_format' },
  Forbidden: { error: forbidden('audience'), status: 403, type: 'invalid' },
  NotFound: { error: notFound('file', 'if_a'), status: 404, type: 'not_found' },
  SlowRequest: { error: slowRequest, status: 408, type: 'timeout' },
  MalformedUpload: { error: malformedUpload, status: 400, type: 'bad_request' },
  WrongTusVersion: { error: wrongTusVersion, status: 412, type: 'precondition_failed' },
  MalformedBody: { error: malformedBody, status: 400, type: 'bad_request' },
  Conflict: {
    error: conflict('the last admin stays'),
    status: 409,
    type: 'conflict',
    message: 'the last admin stays',
  },
  VersionMismatch: { error: versionMismatch('if_a'), status: 412, type: 'precondition_failed' },
  VersionTagMissing: {
    error: versionTagMissing,
    status: 412,
    type: 'precondition_failed',
    message: 'If-Match has no ETag of a file: expected is one as the file was read with, such as "3", or *',
  },
  PreconditionMissing: { error: preconditionMissing, status: 428, type: 'precondition_required' },
  TooLarge: {
    error: tooLarge(9),
    status: 413,
    type: 'too_large',
    message: 'at most 9 bytes are accepted here',
  },
  UnsupportedMedia: { error: unsupportedMedia, status: 415, type: 'unsupported_media' },
  Unprocessable: { error: unprocessable([]), status: 422, type: 'unprocessable' },
  Refused: { error: refused('it is a secret'), status: 422, type: 'unprocessable' },
  NotAccepted: {
    error: notAccepted('the file is empty'),
    status: 422,
    type: 'refused',
    message: 'the file is empty',
  },
  WrongKind: { error: wrongKind, status: 415, type: 'unsupported_media' },
  TakenDown: { error: takenDown, status: 409, type: 'taken_down' },
  NoSpace: { error: noSpace, status: 507, type: 'no_space' },
  BadOrigin: { error: badOrigin('secret'), status: 502, type: 'bad_origin' },
  Overloaded: { error: overloaded(7), status: 503, type: 'overloaded', retryAfter: '7' },
  Unavailable: { error: unavailable('secret')('boom'), status: 503, type: 'unavailable', retryAfter: '2' },
}

describe('the table of errors (§1.4)', () => {
  let server: TestServer

  before(async () => {
    server = await listenRoutes(await createMemoryLarder(), ({ handle }) => {
      const routes = createRouteGroup('/fails')
      for (const [tag, { error }] of Object.entries(rows))
        routes.get(
          `/${tag}`,
          handle({ about: undescribed, credential: anonymousAuthenticator, handler: () => TE.left(error) }),
        )
      return [routes]
    })
  })
  after(() => server.close())

  it('gives each tag its status, its type and its headers, and reveals no cause', async () => {
    for (const [tag, { status, type, message, retryAfter = null }] of Object.entries<Row>(rows)) {
      const response = await server.get(`/fails/${tag}`)
      expect(response.status, tag).to.equal(status)
      expect(response.headers.get('retry-after'), tag).to.equal(retryAfter)
      expect(response.headers.get('cache-control'), tag).to.equal('no-store')
      const text = await response.text()
      expect(JSON.parse(text), tag).to.include({ type })
      expect(text, tag).not.to.include('secret')
      if (message !== undefined) expect(JSON.parse(text), tag).to.include({ message })
    }
  })

  it('equals the table in http-api.md, which marks none of these as not built', () => {
    const documented = new Map(
      [...readText('docs/http-api.md').matchAll(/^\| (\d{3}) \| (`[^|]*`) \| (.*) \|$/gm)].flatMap(
        ([, status, types = '', reasons = '']) =>
          [...types.matchAll(/`(\w+)`/g)].map(([, type]) => [`${status} ${type}`, reasons] as const),
      ),
    )
    for (const { status, type } of Object.values<Row>(rows)) {
      const reasons = documented.get(`${status} ${type}`)
      expect(reasons, `${status} ${type}`).to.be.a('string')
      expect(reasons?.replace('revoked **(not yet)**', ''), `${status} ${type}`).not.to.include('(not yet)')
    }
  })
})
