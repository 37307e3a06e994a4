import { type Weighted, weightedList } from './weighted-list.ts'

const IMAGE_TYPES = {
  svg: 'image/svg+xml',
  avif: 'image/avif',
  webp: 'image/webp',
  jpeg: 'image/jpeg',
  png: 'image/png',
} as const

/** Best first, as http-api.md §4.4 orders them. */
export const IMAGE_FORMATS = ['svg', 'avif', 'webp', 'jpeg', 'png'] as const
export type ImageFormat = (typeof IMAGE_FORMATS)[number]

/**
 * The image formats that Accept takes, best first: by the client's weight; then those that it names before those
 * that a wildcard covers, since browsers that name WebP and take anything else may not know AVIF; then by the
 * order of Larder. Without the header all of them. May be empty.
 */
export const acceptedImageFormats = (header: string | undefined): ReadonlyArray<ImageFormat> => {
  if (header === undefined) return IMAGE_FORMATS
  const members = weightedList(header)
  return IMAGE_FORMATS.map((format) => ({ format, ...preference(IMAGE_TYPES[format], members) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || b.specificity - a.specificity)
    .map(({ format }) => format)
}

/**
 * All image formats in the order in which they should be served: those that Accept takes, best first; then, for want of
 * these, the others, what is known the widest first (RFC 9110 §12.4.1 lets a server send what was not asked for).
 */
export const servableImageFormats = (header: string | undefined): ReadonlyArray<ImageFormat> => {
  const accepted = acceptedImageFormats(header)
  return [...accepted, ...IMAGE_FORMATS.toReversed().filter((format) => !accepted.includes(format))]
}

/** Whether an error is to be told as RFC 9457 has it; on a tie of equals it is told the usual way (http-api.md §1.4). */
export const prefersProblemJson = (header: string | undefined): boolean => {
  // Cheap to rule out, which is what nearly every request comes to.
  if (header === undefined || !/application\/problem\+json/i.test(header)) return false
  const members = weightedList(header)
  const problem = preference('application/problem+json', members)
  const json = preference('application/json', members)
  if (problem.weight === json.weight) return problem.weight > 0 && problem.specificity > json.specificity
  return problem.weight > json.weight
}

/** Whether an error is to be a page: browsers name HTML when they open an address, and scripts and players do not. */
export const prefersHtml = (header: string | undefined): boolean => {
  if (header === undefined || !/text\/html/i.test(header)) return false
  const members = weightedList(header)
  const html = preference('text/html', members)
  return html.weight > 0 && html.weight > preference('application/json', members).weight
}

type Preference = { readonly weight: number; readonly specificity: number }

/** The most specific member that covers a type decides (RFC 9110 §12.5.1): 2 names it, 1 its kind, 0 anything. */
const preference = (type: string, members: ReadonlyArray<Weighted>): Preference => {
  const kind = `${type.slice(0, type.indexOf('/'))}/*`
  for (const [specificity, name] of [[2, type] as const, [1, kind] as const, [0, '*/*'] as const]) {
    const member = members.find((candidate) => candidate.name === name)
    if (member !== undefined) return { weight: member.weight, specificity }
  }
  return { weight: 0, specificity: 0 }
}
