import { setImmediate as turn } from 'node:timers/promises'
import { O } from '../../fp.ts'

/** A signed list for any token of one length: its bytes, and the holes in them where the token goes. */
export type IdentityTemplate = {
  /** With zeros in the holes. */
  readonly bytes: Uint8Array
  /** Where each hole starts, ascending. None: the list is the same for everybody. */
  readonly holes: Uint32Array
  readonly tokenLength: number
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'

/** Whether it consists of characters that mean themselves wherever a list puts a token: those of a JWT (RFC 7515 §7.1). */
export const isPlainToken = (token: string): boolean => /^[\w.-]*$/.test(token)

/** `first` and `second` were made with tokens that have no character in common at any place. */
const holesBetween = (first: Uint8Array, second: Uint8Array, tokenLength: number): Uint32Array => {
  const holes: number[] = []
  let at = 0
  while (at < first.length) {
    if (first[at] === second[at]) {
      at += 1
      continue
    }
    holes.push(at)
    at += tokenLength
  }
  return Uint32Array.from(holes)
}

/**
 * Finds where `sign` puts a token of this length, from what it does with two of them, and makes sure with a third, whose
 * characters are all different from their neighbours; `none` when the token is not all that they change.
 * The event loop turns between one signing and the next, so that a long list delays others by one at a time.
 */
export const createIdentityTemplate = async (
  sign: (token: string) => string,
  tokenLength: number,
): Promise<O.Option<IdentityTemplate>> => {
  const first = Buffer.from(sign('A'.repeat(tokenLength)))
  if (tokenLength === 0) return O.some({ bytes: first, holes: new Uint32Array(), tokenLength })
  await turn()
  const second = Buffer.from(sign('B'.repeat(tokenLength)))
  if (first.length !== second.length) return O.none

  const holes = holesBetween(first, second, tokenLength)
  if (holes.some((hole) => hole + tokenLength > first.length)) return O.none
  for (const hole of holes) first.fill(0, hole, hole + tokenLength)
  const template = { bytes: first, holes, tokenLength }
  await turn()
  const third = ALPHABET.repeat(Math.ceil(tokenLength / ALPHABET.length)).slice(0, tokenLength)
  return fillIdentity(template, Buffer.from(third)).equals(Buffer.from(sign(third)))
    ? O.some(template)
    : O.none
}

/** The list for one viewer, about as fast as a copy of it. `token` has the length of the template. */
export const fillIdentity = ({ bytes, holes }: IdentityTemplate, token: Uint8Array): Buffer => {
  const list = Buffer.from(bytes)
  for (const hole of holes) list.set(token, hole)
  return list
}
