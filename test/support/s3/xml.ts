const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}
const characters = Object.fromEntries(
  Object.entries(entities).map(([character, entity]) => [entity, character]),
)

const escapeXml = (text: string): string => text.replace(/[&<>"']/g, (found) => entities[found] ?? found)
const unescapeXml = (text: string): string =>
  text.replace(/&(?:amp|lt|gt|quot|apos);/g, (found) => characters[found] ?? found)

/** Returns `<name>content</name>`. The content is XML. */
export const element = (name: string, content: string): string => `<${name}>${content}</${name}>`
/** Returns `<name>text</name>`. The text is escaped. */
export const textElement = (name: string, text: string | number | boolean): string =>
  element(name, escapeXml(String(text)))

export const xmlDocument = (root: string, content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`

/**
 * The texts of all elements of this name, at any depth. This suffices for the small documents that S3
 * accepts.
 */
export const textsOf = (xml: string, name: string): ReadonlyArray<string> =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) =>
    unescapeXml(text.trim()),
  )
