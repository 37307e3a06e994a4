import type { Link } from './link.ts'

export type StatusLine = {
  readonly say: (text: string) => void
  /** A finished fraction from 0 to 1, `null` when it is not known. */
  readonly progress: (text: string, fraction: number | null) => void
  readonly hide: () => void
}

/** What every view is given: whose media, with what token, where to put it, and where to speak. */
export type View = {
  readonly uid: string
  readonly jwt: string
  readonly link: Link
  readonly main: HTMLElement
  readonly status: StatusLine
}

export const createStatusLine = (main: HTMLElement): StatusLine => {
  const text = main.querySelector('#status') as HTMLElement
  const bar = main.querySelector('#progress') as HTMLProgressElement
  const say = (words: string) => {
    text.textContent = words
    text.hidden = false
    bar.hidden = true
  }
  return {
    say,
    progress: (words, fraction) => {
      say(words)
      bar.hidden = false
      if (fraction === null) bar.removeAttribute('value')
      else bar.value = fraction
    },
    hide: () => {
      text.hidden = true
      bar.hidden = true
    },
  }
}
