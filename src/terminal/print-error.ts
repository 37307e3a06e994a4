import { escapeUnprintable } from '../domain/shared/printable.ts'

/**
 * Writes a line to standard error. Commands write only such lines, and the progress bar, to standard error.
 */
export const printErrorLine = (line: string): void => {
  process.stderr.write(`${escapeUnprintable(line)}\n`)
}

/** Prints an error or a notice as one line. */
export const printError = (line: string): void => printErrorLine(`larder: ${line}`)
