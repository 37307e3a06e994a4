import { purgeAsJson } from '../../domain/freshness/freshness-json.ts'
import type { FreshnessService } from '../../domain/freshness/freshness-service.ts'
import { pipe, TE } from '../../fp.ts'

/** The receipts of a change in a reply; `purge` is their uid (http-api.md §9.7). Both are `null` if they cannot be had. */
type ReceiptsBody = {
  readonly purge: string | null
  readonly instances: ReturnType<typeof purgeAsJson>['instances']
}

/**
 * Requests receipts of what was changed before. Never fails: the change was made, and an error would let the caller believe
 * that it was not.
 */
export const receiptsOf = ({
  requestReceipts,
}: Pick<FreshnessService, 'requestReceipts'>): TE.TaskEither<never, ReceiptsBody> =>
  pipe(
    requestReceipts,
    TE.map(purgeAsJson),
    TE.map(({ uid, instances }): ReceiptsBody => ({ purge: uid, instances })),
    TE.orElse(() => TE.right<never, ReceiptsBody>({ purge: null, instances: null })),
  )
