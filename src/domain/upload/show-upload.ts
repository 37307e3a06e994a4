import { E, pipe, TE } from '../../fp.ts'
import type { MintMediaToken } from '../admin/mint-media-token.ts'
import type { NotFound, Unavailable } from '../shared/errors.ts'
import type { FetchService } from './fetch-service.ts'
import type { UploadOwner } from './upload.ts'
import { refusedFetchAsJson, type UploadStateJson, uploadStateAsJson } from './upload-json.ts'
import type { UploadService } from './upload-service.ts'
import type { UploadStatus } from './upload-status.ts'

/**
 * Returns the state of an upload for its owner. A ticket may say that the state has a token for the file (http-api.md
 * §11.4). The state of a file that could not be fetched says why.
 */
export type ShowUpload = (
  owner: UploadOwner,
  uid: string,
) => TE.TaskEither<NotFound | Unavailable, UploadStateJson>

type Deps = {
  readonly uploadService: Pick<UploadService, 'status'>
  readonly fetchService: Pick<FetchService, 'reasonOf'>
  readonly mintMediaToken: MintMediaToken
}

export const createShowUpload = ({ uploadService, fetchService, mintMediaToken }: Deps): ShowUpload => {
  const tokenOf = ({ upload }: UploadStatus): TE.TaskEither<Unavailable, string | null> => {
    const { mayView, state, target } = upload
    if (!mayView || state !== 'in_library' || target === null) return TE.right(null)
    return pipe(
      mintMediaToken(target.media, null),
      TE.map(({ jwt }) => jwt),
      // The file was deleted meanwhile.
      TE.orElse((error) => (error._tag === 'Unavailable' ? TE.left(error) : TE.right(null))),
    )
  }

  return (owner, uid) => async () => {
    const status = await uploadService.status(owner, uid)()
    if (E.isRight(status)) {
      const jwt = await tokenOf(status.right)()
      return E.isLeft(jwt) ? jwt : E.right(uploadStateAsJson(status.right, jwt.right))
    }
    if (status.left._tag !== 'NotFound' || owner.kind !== 'admin') return status
    return pipe(fetchService.reasonOf(owner.sub, uid), TE.map(refusedFetchAsJson))()
  }
}
