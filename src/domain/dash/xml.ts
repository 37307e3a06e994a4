const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

// Characters that XML does not allow, not even escaped (XML 1.0 §2.2). These characters are removed.
const forbidden = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu

export const escapeXml = (text: string): string =>
  text.replace(forbidden, '').replace(/[&<>"]/g, (character) => entities[character] ?? character)

/**
 * Writes an element. Omits attributes that are `null`. The children must be XML text already, because they
 * are not escaped.
 */
export const xmlElement = (
  name: string,
  attributes: Readonly<Record<string, string | number | null>>,
  children: ReadonlyArray<string> = [],
): string => {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([attribute, value]) => ` ${attribute}="${escapeXml(String(value))}"`)
    .join('')
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`
}

/** Returns the value of the first attribute with this name. XML escapes in the value stay as they are. */
export const xmlAttribute = (xml: string, name: string): string | undefined =>
  new RegExp(` ${name}="([^"]*)"`).exec(xml)?.[1]

/** Writes seconds as an xs:duration (XML Schema 2 §3.2.6), with a precision of a microsecond. */
export const xmlDuration = (seconds: number): string => `PT${seconds.toFixed(6).replace(/\.?0+$/, '')}S`
