import { isIP } from 'node:net'
import { type OutboundFault, outboundFault } from '../../domain/shared/outbound-fault.ts'
import { E } from '../../fp.ts'
import type { ResolveName } from '../../ports/resolve-name.ts'
import type { AddressJudgement } from './public-address.ts'

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

/** Returns the addresses of the URL's host, each checked. Rejects if the name has no address. */
export const checkTarget =
  (resolveName: ResolveName, judge: (address: string) => AddressJudgement) =>
  async (url: URL): Promise<E.Either<OutboundFault, OutboundTarget>> => {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    const addresses = isIP(host) === 0 ? await resolveName(host) : [host]
    if (addresses.length === 0) return E.left(outboundFault('unresolved'))
    const judgements = addresses.map(judge)
    if (judgements.includes('not public')) return E.left(outboundFault('not_public'))
    const isWebPort = ['', '80', '443'].includes(url.port)
    return isWebPort || judgements.every((judgement) => judgement === 'exception')
      ? E.right({ url, addresses })
      : E.left(outboundFault('port'))
  }
