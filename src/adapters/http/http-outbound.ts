import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { type OutboundFault, outboundFault } from '../../domain/shared/outbound-fault.ts'
import { E } from '../../fp.ts'
import type { Outbound, OutboundRequest, OutboundResponse } from '../../ports/outbound.ts'
import type { ResolveName } from '../../ports/resolve-name.ts'
import { readOutboundBody } from './outbound-body.ts'
import { type OutboundCall, startOutboundCall } from './outbound-call.ts'
import { exchange } from './outbound-exchange.ts'
import { checkTarget, type OutboundTarget, parseTarget } from './outbound-target.ts'
import { createAddressJudge } from './public-address.ts'

type HttpOutboundOptions = {
  readonly resolveName: ResolveName
  /** Addresses and CIDR ranges that may be used though they are not public, with any port. */
  readonly exceptions: ReadonlyArray<string>
  /** Certificates (PEM) of the authorities that are trusted instead of those of Node. */
  readonly certificates?: string
}

const redirects: ReadonlyArray<number> = [301, 302, 303, 307, 308]

const toResponse = (
  response: IncomingMessage,
  { limits }: OutboundRequest,
  call: OutboundCall,
): E.Either<OutboundFault, OutboundResponse> => {
  const { 'content-length': lengthText } = response.headers
  const length = lengthText === undefined ? null : Number(lengthText)
  if (length !== null && length > limits.maxBytes && limits.longerBody === 'fails') {
    call.end()
    return E.left(outboundFault('too_large'))
  }
  call.answered()
  return E.right({
    status: response.statusCode ?? 0,
    headers: joined(response.headers),
    length,
    body: readOutboundBody(response, limits, call),
    close: call.end,
  })
}

const joined = (headers: IncomingHttpHeaders): OutboundResponse['headers'] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )

/** Creates the guarded HTTP client. A connection serves one request. */
export const createHttpOutbound = ({
  resolveName,
  exceptions,
  certificates,
}: HttpOutboundOptions): Outbound => {
  const check = checkTarget(resolveName, createAddressJudge(exceptions))

  const checkInTime = async (
    url: URL,
    { limits }: OutboundRequest,
    call: OutboundCall,
  ): Promise<E.Either<OutboundFault, OutboundTarget>> => {
    const stopTimer = call.failAfter(limits.connectMs, 'time_out')
    try {
      return await call.orFail(check(url))
    } catch {
      return E.left(call.faultOr('unresolved'))
    } finally {
      stopTimer()
    }
  }

  const follow = async (
    request: OutboundRequest,
    call: OutboundCall,
  ): Promise<E.Either<OutboundFault, OutboundResponse>> => {
    const first = parseTarget(request.url)
    if (E.isLeft(first)) return first
    let url = first.right
    for (let redirectsLeft = request.maxRedirects; ; redirectsLeft -= 1) {
      const target = await checkInTime(url, request, call)
      if (E.isLeft(target)) return target
      const headers = url.origin === first.right.origin ? request.headers : {}
      const answer = await exchange(target.right, request, headers, call, certificates)
      if (E.isLeft(answer)) return answer
      const { statusCode = 0, headers: answered } = answer.right
      const isFollowed =
        redirects.includes(statusCode) && request.method === 'GET' && request.maxRedirects > 0
      if (!isFollowed || answered.location === undefined) return toResponse(answer.right, request, call)
      answer.right.destroy()
      const next = parseTarget(answered.location, url.href)
      const isDowngrade = E.isRight(next) && url.protocol === 'https:' && next.right.protocol === 'http:'
      if (redirectsLeft === 0 || E.isLeft(next) || isDowngrade) return E.left(outboundFault('redirect'))
      url = next.right
    }
  }

  return (request) => async () => {
    const call = startOutboundCall(request.limits.totalMs, request.signal)
    const response = await follow(request, call)
    if (E.isLeft(response)) call.end()
    return response
  }
}
