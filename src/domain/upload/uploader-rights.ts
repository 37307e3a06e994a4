import { pipe, TE } from '../../fp.ts'
import type { AdminService } from '../admin/admin-service.ts'
import type { Forbidden, Unavailable } from '../shared/errors.ts'
import type { UploadRights } from './upload.ts'

/** Returns what Larder may bring for an admin without a token: everything, and the same bytes are one file. */
export const rightsOfAdmin = (sub: string, maxBytes: number): UploadRights => ({
  owner: { kind: 'admin', sub },
  credential: null,
  maxBytes,
  kinds: null,
  fixed: null,
  deduplicates: true,
  mayView: false,
})

/** Authenticates admins who upload, by their id token. */
export const authenticateAdminUploads =
  ({ authenticate }: Pick<AdminService, 'authenticate'>, maxBytes: number) =>
  (idToken: string): TE.TaskEither<Forbidden | Unavailable, UploadRights> =>
    pipe(
      authenticate(idToken),
      TE.map(({ sub, ...credential }) => ({ ...rightsOfAdmin(sub, maxBytes), credential })),
    )
