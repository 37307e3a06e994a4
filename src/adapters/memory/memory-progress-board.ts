import { O } from '../../fp.ts'
import type { ProgressBoard } from '../../ports/progress-board.ts'

export const createMemoryProgressBoard = (): ProgressBoard => {
  const fractions = new Map<string, number>()
  return {
    report: (uid, fraction) => void fractions.set(uid, fraction),
    done: (uid) => void fractions.delete(uid),
    read: (uid) => O.fromNullable(fractions.get(uid)),
  }
}
