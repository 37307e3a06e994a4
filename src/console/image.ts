import { thumbHashToDataURL } from 'thumbhash'
import type { ViewContext } from './status-line.ts'
import { waitForExports } from './wait-for-exports.ts'

type Item = {
  readonly url: string
  readonly width: number
  readonly height: number
  readonly thumbhash: string
}
type Playlist = { readonly items: Readonly<Record<string, ReadonlyArray<Item>>> }

/** Image formats, best first. If the browser cannot decode a format, the next one is used. */
const formats = ['avif', 'webp', 'jpeg', 'png']

const bytesOf = (base64url: string): Uint8Array =>
  Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))

/**
 * Returns the smallest export that fills the window at the window's pixel density, or else the largest
 * export.
 */
const bestFor = (items: ReadonlyArray<Item>): Item | undefined => {
  const byWidth = items.toSorted((a, b) => a.width - b.width)
  const covers = ({ width, height }: Item) => {
    const scale = Math.min(innerWidth / width, innerHeight / height)
    return scale * devicePixelRatio <= 1
  }
  return byWidth.find(covers) ?? byWidth.at(-1)
}

/**
 * Removes the origin from a URL. The page and the playlist may name the server differently, and requests must
 * go to the origin of the page.
 */
const toSameOrigin = (url: string): string => {
  const { pathname, search } = new URL(url)
  return `${pathname}${search}`
}

const load = (image: HTMLImageElement, url: string): Promise<boolean> =>
  new Promise((resolve) => {
    image.onload = () => resolve(true)
    image.onerror = () => resolve(false)
    image.src = url
  })

/** Shows the thumbhash first, and then the export that fits the window best. */
export const showImage = async (view: ViewContext): Promise<void> => {
  const { uid, query, main, status } = view
  const list = await waitForExports(`/api/1/image_files/playlist/${uid}${query}`, view)
  const { items } = (await list.json()) as Playlist
  const candidates = formats.flatMap((format) => bestFor(items[format] ?? []) ?? [])
  const [first] = candidates
  if (first === undefined) throw new Error('there is nothing to show')

  const frame = document.createElement('div')
  frame.className = 'picture'
  frame.style.aspectRatio = `${first.width} / ${first.height}`
  frame.style.width = `min(100vw, calc(100vh * ${first.width / first.height}))`
  const placeholder = document.createElement('img')
  placeholder.alt = ''
  placeholder.src = thumbHashToDataURL(bytesOf(first.thumbhash))
  const image = document.createElement('img')
  image.className = 'best'
  image.alt = 'The shared picture'
  frame.append(placeholder, image)
  main.prepend(frame)
  status.hide()

  for (const { url } of candidates) {
    if (!(await load(image, toSameOrigin(url)))) continue
    image.classList.add('loaded')
    return
  }
  throw new Error('the picture cannot be loaded')
}
