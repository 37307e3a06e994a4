import { setImmediate as turn } from 'node:timers/promises'
import { O } from '../../fp.ts'

/** A signed playlist for any token of one length: its bytes, with slots (places for the token). */
export type IdentityTemplate = {
  /** The bytes of the playlist, with zeros in the slots. */
  readonly bytes: Uint8Array
  /**
   * Position of each slot, in ascending order. If there are no slots, the playlist is the same for all
   * viewers.
   */
  readonly slots: Uint32Array
  readonly tokenLength: number
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'

/**
 * Returns whether the token consists of JWT characters only (RFC 7515 §7.1), which need no escaping in any
 * playlist.
 */
export const isPlainToken = (token: string): boolean => /^[\w.-]*$/.test(token)

/**
 * Returns the positions of the tokens. `first` and `second` are the playlist signed with two tokens that
 * differ at every position.
 */
const slotsBetween = (first: Uint8Array, second: Uint8Array, tokenLength: number): Uint32Array => {
  const slots: number[] = []
  let position = 0
  while (position < first.length) {
    if (first[position] === second[position]) {
      position += 1
      continue
    }
    slots.push(position)
    position += tokenLength
  }
  return Uint32Array.from(slots)
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
  if (tokenLength === 0) return O.some({ bytes: first, slots: new Uint32Array(), tokenLength })
  await turn()
  const second = Buffer.from(sign('B'.repeat(tokenLength)))
  if (first.length !== second.length) return O.none

  const slots = slotsBetween(first, second, tokenLength)
  if (slots.some((slot) => slot + tokenLength > first.length)) return O.none
  for (const slot of slots) first.fill(0, slot, slot + tokenLength)
  const template = { bytes: first, slots, tokenLength }
  await turn()
  const third = ALPHABET.repeat(Math.ceil(tokenLength / ALPHABET.length)).slice(0, tokenLength)
  return fillIdentity(template, Buffer.from(third)).equals(Buffer.from(sign(third)))
    ? O.some(template)
    : O.none
}

/**
 * Returns the playlist for one viewer, at about the cost of a copy. `token` must have the length for which
 * the template was created.
 */
export const fillIdentity = ({ bytes, slots }: IdentityTemplate, token: Uint8Array): Buffer => {
  const list = Buffer.from(bytes)
  for (const slot of slots) list.set(token, slot)
  return list
}
