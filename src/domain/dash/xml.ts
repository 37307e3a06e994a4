const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

// XML 1.0 §2.2 does not allow these characters, not even escaped.
const forbidden = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu

export const escapeXml = (text: string): string =>
  text.replace(forbidden, '').replace(/[&<>"]/g, (character) => entities[character] ?? character)

/** Writes an element. Omits attributes that are `null`. Children must be XML already. */
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

/** Returns the value of the first attribute of that name, not unescaped. */
export const xmlAttribute = (xml: string, name: string): string | undefined =>
  new RegExp(` ${name}="([^"]*)"`).exec(xml)?.[1]

/** Writes seconds as an xs:duration (XML Schema 2 §3.2.6), to the microsecond. */
export const xmlDuration = (seconds: number): string => `PT${seconds.toFixed(6).replace(/\.?0+$/, '')}S`
