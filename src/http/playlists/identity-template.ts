import { setImmediate as turn } from 'node:timers/promises'
import { O } from '../../fp.ts'

/** A signed playlist for any token of one length: its bytes, with holes for the token. */
export type IdentityTemplate = {
  /** The holes contain zeros. */
  readonly bytes: Uint8Array
  /** Start of each hole, ascending. If empty, the playlist is the same for all viewers. */
  readonly holes: Uint32Array
  readonly tokenLength: number
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'

/**
 * Returns whether the token has only JWT characters (RFC 7515 §7.1), which need no escaping in any playlist.
 */
export const isPlainToken = (token: string): boolean => /^[\w.-]*$/.test(token)

/**
 * Returns the positions of the tokens. `first` and `second` are signed with tokens that differ at every
 * position.
 */
const holesBetween = (first: Uint8Array, second: Uint8Array, tokenLength: number): Uint32Array => {
  const holes: number[] = []
  let position = 0
  while (position < first.length) {
    if (first[position] === second[position]) {
      position += 1
      continue
    }
    holes.push(position)
    position += tokenLength
  }
  return Uint32Array.from(holes)
}

/**
 * Finds where `sign` inserts a token of this length by comparing the output for two tokens, and verifies the
 * result with a third token, whose neighbouring characters differ. Returns `none` if a token changes more
 * than its own characters. Yields to the event loop after each signing, so that a long playlist delays other
 * requests less.
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

/**
 * Returns the playlist for one viewer, at about the cost of a copy. `token` has the length of the template.
 */
export const fillIdentity = ({ bytes, holes }: IdentityTemplate, token: Uint8Array): Buffer => {
  const list = Buffer.from(bytes)
  for (const hole of holes) list.set(token, hole)
  return list
}
