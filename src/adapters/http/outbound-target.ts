import { isIP } from 'node:net'
import { type OutboundFault, outboundFault } from '../../domain/shared/outbound-fault.ts'
import { E } from '../../fp.ts'
import type { MayUsePort } from '../../ports/outbound.ts'
import type { ResolveName } from '../../ports/resolve-name.ts'
import { type AddressJudgement, createAddressJudge } from './public-address.ts'

/** A URL with the addresses that may be connected to. */
export type OutboundTarget = { readonly url: URL; readonly addresses: ReadonlyArray<string> }

/** Longer URLs are refused by many servers. */
const maxUrlLength = 8192

/** Parses a URL. The parser writes numeric, octal and hexadecimal forms of IPv4 addresses in one form. */
export const parseTarget = (text: string, base?: string): E.Either<OutboundFault, URL> => {
  if (text.length > maxUrlLength || !URL.canParse(text, base)) return E.left(outboundFault('invalid_url'))
  const url = new URL(text, base)
  const isFetchable =
    /^https?:$/.test(url.protocol) && url.hostname !== '' && `${url.username}${url.password}` === ''
  return isFetchable ? E.right(url) : E.left(outboundFault('invalid_url'))
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1')

const isWebPort = (url: URL): boolean => ['', '80', '443'].includes(url.port)

/** Creates the check of ports. A name may have an address that is an exception, if there are any. */
export const createPortCheck = (exceptions: ReadonlyArray<string>): MayUsePort => {
  const judge = createAddressJudge(exceptions)
  return (url) => {
    if (isWebPort(url)) return true
    const host = hostOf(url)
    return isIP(host) === 0 ? exceptions.length > 0 : judge(host) === 'exception'
  }
}

/** Returns the addresses of the URL's host, each checked. Rejects if the name has no address. */
export const checkTarget =
  (resolveName: ResolveName, judge: (address: string) => AddressJudgement) =>
  async (url: URL): Promise<E.Either<OutboundFault, OutboundTarget>> => {
    const host = hostOf(url)
    const addresses = isIP(host) === 0 ? await resolveName(host) : [host]
    if (addresses.length === 0) return E.left(outboundFault('unresolved'))
    const judgements = addresses.map(judge)
    if (judgements.includes('not public')) return E.left(outboundFault('not_public'))
    return isWebPort(url) || judgements.every((judgement) => judgement === 'exception')
      ? E.right({ url, addresses })
      : E.left(outboundFault('port'))
  }
