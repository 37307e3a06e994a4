import * as t from 'io-ts'
import { type NotFound, notFound } from '../../domain/shared/errors.ts'
import { TE } from '../../fp.ts'

/** Any text, so that a text which is no uid gets the same reply as an unknown uid (http-api.md §1.2). */
export const ByUid = t.strict({ uid: t.string })

/** Returns the uid of a path. Fails with NotFound for a text that is no uid: it names nothing. */
export const namedByUid =
  <U extends string>(what: string, codec: { readonly is: (u: unknown) => u is U }) =>
  ({ uid }: t.TypeOf<typeof ByUid>): TE.TaskEither<NotFound, U> =>
    codec.is(uid) ? TE.right(uid) : TE.left(notFound(what, uid))
