import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIPv6, type LookupFunction } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { OutboundFault, OutboundReason } from '../../domain/shared/outbound-fault.ts'
import { E } from '../../fp.ts'
import type { OutboundRequest } from '../../ports/outbound.ts'
import { errnoOf } from '../platform/errno.ts'
import type { OutboundCall } from './outbound-call.ts'
import type { OutboundTarget } from './outbound-target.ts'

/** Answers with the addresses that were checked, so that no second look-up can answer with others. */
const lookupOf =
  (addresses: ReadonlyArray<string>): LookupFunction =>
  (_name, options, answer) => {
    const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }))
    if (options.all === true) answer(null, all)
    else answer(null, addresses[0] ?? '', all[0]?.family)
  }

const reasonOf = (cause: unknown): OutboundReason => {
  const code = errnoOf(cause) ?? ''
  if (/^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH)/.test(code))
    return 'tls'
  return /^HPE_/.test(code) ? 'invalid_answer' : 'refused'
}

/** An address that does not answer in 3 s gives the others a chance; Node's own 0.25 s are too short for distant ones. */
const attempts = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 3000 }

const maxHeaderBytes = 16_384

/** Sends the request once, over a connection of its own, and returns the response with its headers. */
export const exchange = (
  { url, addresses }: OutboundTarget,
  { method, body, limits }: OutboundRequest,
  headers: Readonly<Record<string, string>>,
  call: OutboundCall,
  certificates: string | undefined,
): Promise<E.Either<OutboundFault, IncomingMessage>> =>
  new Promise((resolve) => {
    const isSecure = url.protocol === 'https:'
    const request = (isSecure ? https : http).request(url, {
      agent: false,
      method,
      headers: {
        'user-agent': 'larder',
        accept: '*/*',
        ...headers,
        'accept-encoding': 'identity',
        connection: 'close',
        ...(body === null ? {} : { 'content-length': body.length }),
      },
      lookup: lookupOf(addresses),
      ...attempts,
      maxHeaderSize: maxHeaderBytes,
      signal: call.signal,
      ...(certificates === undefined ? {} : { ca: certificates }),
    })
    let stopTimer = call.failAfter(limits.connectMs, 'time_out')
    const fail = (cause: unknown) => {
      stopTimer()
      resolve(E.left(call.faultOr(reasonOf(cause))))
    }
    const onConnected = () => {
      stopTimer()
      if (!call.signal.aborted) stopTimer = call.failAfter(limits.headersMs, 'time_out')
    }
    request.on('socket', (socket) => {
      ;(socket as TLSSocket).once(isSecure ? 'secureConnect' : 'connect', onConnected)
    })
    request.on('error', fail)
    // A switch of protocols ends without a response.
    request.on('close', () => fail(null))
    request.on('response', (response) => {
      stopTimer()
      // The body may fail before it is read.
      response.on('error', () => undefined)
      resolve(E.right(response))
    })
    request.end(body ?? undefined)
  })
