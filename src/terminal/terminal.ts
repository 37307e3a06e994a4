import type { DomainError } from '../domain/shared/errors.ts'
import { explainError, explainErrorOf } from './explain-error.ts'
import { printError } from './print-error.ts'
import { createProgressBar } from './progress-bar.ts'

/** The terminal output of a serving process: lines, errors, and a progress bar for exports. */
export type Terminal = {
  /** Whether output goes to a terminal and not to a log. Only then may a line contain a token. */
  readonly isInteractive: boolean
  readonly print: (line: string) => void
  /**
   * Prints an error. `subject` names what failed, for example a file; `null` if the message itself contains
   * the name.
   */
  readonly printError: (subject: string | null, error: DomainError) => void
  readonly showProgress: (label: string, fraction: number) => void
  /** Ends the output. Nothing is printed after this call. */
  readonly close: () => void
}

export const createTerminal = (printLine: (line: string) => void): Terminal => {
  const bar = createProgressBar(process.stderr)
  let isClosed = false
  const unlessClosed = (show: () => void): void => {
    if (!isClosed) show()
  }
  return {
    isInteractive: process.stdout.isTTY === true,
    print: (line) =>
      unlessClosed(() => {
        bar.clear()
        printLine(line)
      }),
    printError: (subject, error) =>
      unlessClosed(() => {
        bar.clear()
        printError(subject === null ? explainError(error) : explainErrorOf(subject, error))
      }),
    showProgress: (label, fraction) => unlessClosed(() => bar.show(label, fraction)),
    close: () => {
      isClosed = true
      bar.clear()
    },
  }
}
