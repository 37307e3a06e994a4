import { BlockList, isIPv4, isIPv6 } from 'node:net'

const blockListOf = (ranges: ReadonlyArray<string>): BlockList => {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/')
    const bits = isIPv4(address) ? 32 : 128
    list.addSubnet(address, prefix === undefined ? bits : Number(prefix), bits === 32 ? 'ipv4' : 'ipv6')
  }
  return list
}

/**
 * IANA IPv4 Special-Purpose Address Registry: what is not globally reachable; and multicast (RFC 5771). The few
 * addresses of 192.0.0.0/24 that are global serve protocols, and no media.
 */
const specialIPv4 = blockListOf([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])

/** Global unicast (RFC 4291 §2.4). Everything outside of it is special. */
const unicastIPv6 = blockListOf(['2000::/3'])

/**
 * IANA IPv6 Special-Purpose Address Registry: what is not globally reachable in 2000::/3. All of 2001::/23 is reserved
 * for protocols, with Teredo, ORCHID and benchmarking.
 */
const specialIPv6 = blockListOf(['2001::/23', '2001:db8::/32', '3fff::/20'])

/** Returns the eight groups of an IPv6 address, which the parser of URLs writes in one form. */
const groupsOf = (address: string): ReadonlyArray<number> => {
  const { hostname } = new URL(`http://[${address}]/`)
  const [head = '', tail] = hostname.slice(1, -1).split('::')
  const parse = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  const before = parse(head)
  const after = parse(tail ?? '')
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}

const ipv4Of = (high: number, low: number): string => [high >> 8, high & 255, low >> 8, low & 255].join('.')

const isPrefix = (groups: ReadonlyArray<number>, ...prefix: ReadonlyArray<number>): boolean =>
  prefix.every((group, index) => groups[index] === group)

/** Returns the IPv4 address of an IPv4-mapped address; any other address as it is. */
const unmapped = (address: string): string => {
  if (!isIPv6(address) || address.includes('%')) return address
  const groups = groupsOf(address)
  return isPrefix(groups, 0, 0, 0, 0, 0, 0xffff) ? ipv4Of(groups[6] ?? 0, groups[7] ?? 0) : address
}

const isPublicIPv6 = (address: string): boolean => {
  const groups = groupsOf(address)
  const [, second = 0, third = 0] = groups
  // NAT64 (RFC 6052) and 6to4 (RFC 3056) lead to the address inside.
  if (isPrefix(groups, 0x64, 0xff9b, 0, 0, 0, 0)) return isPublic(ipv4Of(groups[6] ?? 0, groups[7] ?? 0))
  if (isPrefix(groups, 0x2002)) return isPublic(ipv4Of(second, third))
  return unicastIPv6.check(address, 'ipv6') && !specialIPv6.check(address, 'ipv6')
}

const isPublic = (address: string): boolean =>
  isIPv4(address)
    ? !specialIPv4.check(address, 'ipv4')
    : isIPv6(address) && !address.includes('%') && isPublicIPv6(address)

/** How an address may be used: an exception of the operator has any port. */
export type AddressJudgement = 'public' | 'exception' | 'not public'

/** Judges addresses of IPv4 and IPv6. `exceptions` are addresses or CIDR ranges. An address with a zone is not public. */
export const createAddressJudge = (
  exceptions: ReadonlyArray<string>,
): ((address: string) => AddressJudgement) => {
  const allowed = blockListOf(exceptions)
  return (address) => {
    const plain = unmapped(address)
    const family = isIPv4(plain) ? 'ipv4' : 'ipv6'
    if ((isIPv4(plain) || isIPv6(plain)) && allowed.check(plain, family)) return 'exception'
    return isPublic(plain) ? 'public' : 'not public'
  }
}
