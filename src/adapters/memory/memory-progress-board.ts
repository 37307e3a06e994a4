import { O } from '../../fp.ts'
import type { ProgressBoard } from '../../ports/progress-board.ts'

export const createMemoryProgressBoard = (): ProgressBoard => {
  const fractions = new Map<string, number>()
  return {
    report: (uid, fraction) => {
      fractions.set(uid, fraction)
    },
    done: (uid) => {
      fractions.delete(uid)
    },
    read: (uid) => O.fromNullable(fractions.get(uid)),
  }
}
