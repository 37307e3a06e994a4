import { escapeUnprintable } from '../domain/shared/printable.ts'

/** Writes a line to standard error. Of the command line, only the progress bar writes there, too. */
export const printErrorLine = (line: string): void => {
  process.stderr.write(`${escapeUnprintable(line)}\n`)
}

/** Prints an error or a notice, in one line. */
export const printError = (line: string): void => printErrorLine(`larder: ${line}`)
