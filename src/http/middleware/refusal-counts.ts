import { forbiddenReasons } from '../../domain/shared/errors.ts'

/**
 * Reasons for refusing requests. The reasons are reported to operators, never to clients (http-api.md §2.6,
 * V61).
 */
export const refusalReasons = ['not_set', 'bad_format', ...forbiddenReasons] as const
export type RefusalReason = (typeof refusalReasons)[number]

export type RefusalCounts = {
  /** Returns the number of refusals by reason since the process started, including reasons with 0. */
  readonly counts: () => Readonly<Record<RefusalReason, number>>
}

export type Refusals = RefusalCounts & { readonly count: (reason: RefusalReason) => void }

export const createRefusals = (): Refusals => {
  const counts = Object.fromEntries(refusalReasons.map((reason) => [reason, 0])) as Record<
    RefusalReason,
    number
  >
  return {
    count: (reason) => {
      counts[reason] += 1
    },
    counts: () => Object.assign({}, counts),
  }
}
