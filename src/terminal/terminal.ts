import type { DomainError } from '../domain/shared/errors.ts'
import { explainError } from './explain-error.ts'
import { printError } from './print-error.ts'
import { createProgressBar } from './progress-bar.ts'

/** What a serving process shows to people: lines, errors, and a bar that says how far the exports are. */
export type Terminal = {
  /** Whether a person reads the lines, and not a log: only then may a token stand in one. */
  readonly isInteractive: boolean
  readonly print: (line: string) => void
  /** `subject`: what the error is about, such as the name of a file; `null` where the error says it by itself. */
  readonly printError: (subject: string | null, error: DomainError) => void
  readonly showProgress: (label: string, fraction: number) => void
  /** Shows nothing any more. */
  readonly close: () => void
}

export const createTerminal = (
  printLine: (line: string) => void,
  isInteractive: boolean = process.stdout.isTTY === true,
): Terminal => {
  const bar = createProgressBar(process.stderr)
  let isClosed = false
  /** Runs it unless the terminal is closed. */
  const unlessClosed = (show: () => void): void => {
    if (!isClosed) show()
  }
  return {
    isInteractive,
    print: (line) =>
      unlessClosed(() => {
        bar.clear()
        printLine(line)
      }),
    printError: (subject, error) =>
      unlessClosed(() => {
        bar.clear()
        printError(`${subject === null ? '' : `${subject}: `}${explainError(error)}`)
      }),
    showProgress: (label, fraction) => unlessClosed(() => bar.show(label, fraction)),
    close: () => {
      isClosed = true
      bar.clear()
    },
  }
}
