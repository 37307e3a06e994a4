import { parseQualityList, type QualityValue } from './weighted-list.ts'

const IMAGE_TYPES = {
  svg: 'image/svg+xml',
  avif: 'image/avif',
  webp: 'image/webp',
  jpeg: 'image/jpeg',
  png: 'image/png',
} as const

/** Best first, as http-api.md §4.4 orders those that a client names. */
export const IMAGE_FORMATS = ['svg', 'avif', 'webp', 'jpeg', 'png'] as const
export type ImageFormat = (typeof IMAGE_FORMATS)[number]

/** Most widely known first: a client that names none of them, as mail and link previews do, may know JPEG alone. */
const byKnowledge: ReadonlyArray<ImageFormat> = ['jpeg', 'png', 'webp', 'avif', 'svg']

type Candidate = { readonly format: ImageFormat } & Preference

/** Negative when `a` is to be served rather than `b`, both taken alike. */
const compareFormats = (a: Candidate, b: Candidate): number => {
  const order: ReadonlyArray<ImageFormat> = a.specificity === named ? IMAGE_FORMATS : byKnowledge
  return order.indexOf(a.format) - order.indexOf(b.format)
}

/**
 * The image formats that Accept takes, best first: by the client's weight; then those that it names before those
 * that a wildcard covers, since browsers that name WebP and take anything else may not know AVIF; then named ones by
 * the order of Larder, and the others by how widely they are known. Without the header all of them. May be empty.
 */
export const acceptedImageFormats = (header: string | undefined): ReadonlyArray<ImageFormat> => {
  if (header === undefined) return byKnowledge
  const members = parseQualityList(header)
  return IMAGE_FORMATS.map(
    (format): Candidate => Object.assign({ format }, preference(IMAGE_TYPES[format], members)),
  )
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || b.specificity - a.specificity || compareFormats(a, b))
    .map(({ format }) => format)
}

/**
 * The image formats that Accept does not take, most widely known first: for want of the others (RFC 9110 §12.4.1 lets
 * a server send what was not asked for).
 */
export const unacceptedImageFormats = (header: string | undefined): ReadonlyArray<ImageFormat> => {
  const accepted = acceptedImageFormats(header)
  return byKnowledge.filter((format) => !accepted.includes(format))
}

/** Whether an error is to be told as RFC 9457 has it; on a tie of equals it is told the usual way (http-api.md §1.4). */
export const prefersProblemJson = (header: string | undefined): boolean => {
  // Cheap to rule out, which is what nearly every request comes to.
  if (header === undefined || !/application\/problem\+json/i.test(header)) return false
  const members = parseQualityList(header)
  const problem = preference('application/problem+json', members)
  const json = preference('application/json', members)
  if (problem.weight === json.weight) return problem.weight > 0 && problem.specificity > json.specificity
  return problem.weight > json.weight
}

/** Whether an error is to be a page: browsers name HTML when they open an address, and scripts and players do not. */
export const prefersHtml = (header: string | undefined): boolean => {
  if (header === undefined || !/text\/html/i.test(header)) return false
  const members = parseQualityList(header)
  const html = preference('text/html', members)
  return html.weight > 0 && html.weight > preference('application/json', members).weight
}

/** The specificity of a type that is named. */
const named = 2

type Preference = { readonly weight: number; readonly specificity: number }

/** The most specific member that covers a type decides (RFC 9110 §12.5.1): 2 names it, 1 its kind, 0 anything. */
const preference = (type: string, members: ReadonlyArray<QualityValue>): Preference => {
  const kind = `${type.slice(0, type.indexOf('/'))}/*`
  for (const [specificity, name] of [[named, type] as const, [1, kind] as const, [0, '*/*'] as const]) {
    const member = members.find((candidate) => candidate.name === name)
    if (member !== undefined) return { weight: member.weight, specificity }
  }
  return { weight: 0, specificity: 0 }
}
