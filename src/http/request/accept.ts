import { parseQualityList, type QualityValue } from './quality-list.ts'

const IMAGE_TYPES = {
  svg: 'image/svg+xml',
  avif: 'image/avif',
  webp: 'image/webp',
  jpeg: 'image/jpeg',
  png: 'image/png',
} as const

/** The server's order of the formats that a client names in Accept, best first (http-api.md §4.4). */
export const IMAGE_FORMATS = ['svg', 'avif', 'webp', 'jpeg', 'png'] as const
export type ImageFormat = (typeof IMAGE_FORMATS)[number]

/**
 * The order of the formats that a client does not name in Accept, most widely supported first. A client that
 * names no format (such as a link preview) may support only JPEG.
 */
const bySupport: ReadonlyArray<ImageFormat> = ['jpeg', 'png', 'webp', 'avif', 'svg']

type Candidate = { readonly format: ImageFormat } & Preference

/** Compares two formats of equal weight and specificity; negative if `a` is preferred. */
const compareFormats = (a: Candidate, b: Candidate): number => {
  const order: ReadonlyArray<ImageFormat> = a.specificity === exactSpecificity ? IMAGE_FORMATS : bySupport
  return order.indexOf(a.format) - order.indexOf(b.format)
}

/**
 * Returns the image formats that Accept allows, best first: possibly none, or all if there is no header. The
 * formats are ordered by these criteria:
 * - their weight
 * - named formats first, because a browser that names WebP and `*` may not support AVIF
 * - named formats in the server's order, and others by how widely they are supported
 */
export const acceptedImageFormats = (header: string | undefined): ReadonlyArray<ImageFormat> => {
  if (header === undefined) return bySupport
  const members = parseQualityList(header)
  return IMAGE_FORMATS.map(
    (format): Candidate => Object.assign({ format }, preference(IMAGE_TYPES[format], members)),
  )
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || b.specificity - a.specificity || compareFormats(a, b))
    .map(({ format }) => format)
}

/**
 * Returns the image formats that Accept excludes, most widely supported first. These formats are the fallback
 * if the image exists in no accepted format (RFC 9110 §12.4.1 permits an unacceptable representation).
 */
export const unacceptedImageFormats = (header: string | undefined): ReadonlyArray<ImageFormat> => {
  const accepted = acceptedImageFormats(header)
  return bySupport.filter((format) => !accepted.includes(format))
}

/**
 * Returns whether the client prefers RFC 9457 errors. If the client prefers neither, it gets the default JSON
 * (http-api.md §1.4).
 */
export const prefersProblemJson = (header: string | undefined): boolean => {
  // Nearly no request names this type, so the header is parsed only if it contains the type.
  if (header === undefined || !/application\/problem\+json/i.test(header)) return false
  const members = parseQualityList(header)
  const problem = preference('application/problem+json', members)
  const json = preference('application/json', members)
  if (problem.weight === json.weight) return problem.weight > 0 && problem.specificity > json.specificity
  return problem.weight > json.weight
}

/**
 * Returns whether the client prefers HTML errors. Browsers name HTML in Accept when a person navigates;
 * scripts and players do not.
 */
export const prefersHtml = (header: string | undefined): boolean => {
  if (header === undefined || !/text\/html/i.test(header)) return false
  const members = parseQualityList(header)
  const html = preference('text/html', members)
  return html.weight > 0 && html.weight > preference('application/json', members).weight
}

/**
 * Returns whether the client prefers a stream of events to JSON. An EventSource names this type alone; scripts
 * that name no type get JSON.
 */
export const prefersEventStream = (header: string | undefined): boolean => {
  if (header === undefined || !/text\/event-stream/i.test(header)) return false
  const members = parseQualityList(header)
  const stream = members.find(({ name }) => name === 'text/event-stream')?.weight ?? 0
  const json = members.find(({ name }) => name === 'application/json')?.weight ?? 0
  return stream > json
}

/** The specificity of an exact type. */
const exactSpecificity = 2

type Preference = { readonly weight: number; readonly specificity: number }

/**
 * Returns the preference for a type. The most specific match decides (RFC 9110 §12.5.1): specificity 2 is the
 * exact type, 1 is `type/*`, 0 is any type.
 */
const preference = (type: string, members: ReadonlyArray<QualityValue>): Preference => {
  const wildcard = `${type.slice(0, type.indexOf('/'))}/*`
  for (const [specificity, name] of [
    [exactSpecificity, type] as const,
    [1, wildcard] as const,
    [0, '*/*'] as const,
  ]) {
    const member = members.find((candidate) => candidate.name === name)
    if (member !== undefined) return { weight: member.weight, specificity }
  }
  return { weight: 0, specificity: 0 }
}
