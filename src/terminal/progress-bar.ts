import type { WriteStream } from 'node:tty'
import { escapeUnprintable } from '../domain/shared/printable.ts'

const width = 30

type ProgressBar = {
  readonly show: (label: string, fraction: number) => void
  /** Removes the bar, so that lines can be printed. */
  readonly clear: () => void
}

/** Creates a progress bar on a terminal. If the output is a file or a pipe, nothing is shown. */
export const createProgressBar = (out: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>): ProgressBar => {
  let shown = ''
  const draw = (line: string) => {
    if (!out.isTTY || line === shown) return
    out.write(`\r\u001b[K${line}`)
    shown = line
  }
  return {
    show: (label, fraction) => {
      const done = Math.round(fraction * width)
      const percent = String(Math.floor(fraction * 100)).padStart(3)
      const line = `${'█'.repeat(done)}${'░'.repeat(width - done)} ${percent} %  ${escapeUnprintable(label)}`
      // A line that is too wide for the terminal would wrap and could not be removed, so the line is
      // truncated.
      draw(line.slice(0, out.columns - 1))
    },
    clear: () => draw(''),
  }
}
