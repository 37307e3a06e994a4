import type { ShareLink } from './share-link.ts'

type StatusLine = {
  readonly show: (text: string) => void
  /** Shows a text with a progress bar. `fraction` is between 0 and 1; `null` if unknown. */
  readonly showProgress: (text: string, fraction: number | null) => void
  readonly hide: () => void
}

/**
 * What every view receives: the uid of the media, the query with the token for it, and the elements that show the
 * media. The query of a public file without a token is empty.
 */
export type ViewContext = {
  readonly kind: string
  readonly uid: string
  readonly query: string
  readonly link: ShareLink
  readonly main: HTMLElement
  readonly status: StatusLine
}

export const createStatusLine = (main: HTMLElement): StatusLine => {
  const text = main.querySelector('#status') as HTMLElement
  const bar = main.querySelector('#progress') as HTMLProgressElement
  const show = (message: string) => {
    text.textContent = message
    text.hidden = false
    bar.hidden = true
  }
  return {
    show,
    showProgress: (message, fraction) => {
      show(message)
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
