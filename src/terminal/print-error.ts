import { printable } from '../domain/shared/printable.ts'

/** A line on standard error. Nothing else of the command line writes there, but for the bar. */
export const printErrorLine = (line: string): void => {
  process.stderr.write(`${printable(line)}\n`)
}

/** What goes wrong, or takes its time, in a line for the person at the terminal. */
export const printError = (line: string): void => printErrorLine(`larder: ${line}`)
