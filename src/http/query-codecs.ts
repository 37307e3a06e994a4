import * as t from 'io-ts'
import type { Presign } from '../domain/access/viewer.ts'

// The name of each codec is the `type` of its fault in a 422, and `expectations` has the sentence.

const yes = ['1', 'true', 'on', 'yes', 't', 'y']
const no = ['0', 'false', 'off', 'no', 'f', 'n']

/** A query boolean, wire.md §1.3. */
export const QueryBoolean = new t.Type<boolean, string, unknown>(
  'boolean',
  t.boolean.is,
  (u, context) => {
    const word = typeof u === 'string' ? u.toLowerCase() : ''
    return yes.includes(word) ? t.success(true) : no.includes(word) ? t.success(false) : t.failure(u, context)
  },
  (value) => (value ? '1' : '0'),
)

/** How to sign, wire.md §3. */
export const PresignQuery = new t.Type<Presign, string, unknown>(
  'presign',
  (u): u is Presign => u === 'none' || u === 'query',
  (u, context) => {
    if (u === 'none' || u === 'query') return t.success(u)
    const flag = QueryBoolean.decode(u)
    return flag._tag === 'Right' ? t.success(flag.right ? 'query' : 'none') : t.failure(u, context)
  },
  (mode) => mode,
)

/** What each codec above wants, for people. */
export const expectations: Readonly<Record<string, string>> = {
  boolean: 'should be one of 1 0 true false on off yes no t f y n',
  presign: 'should be none, query or a boolean',
}
