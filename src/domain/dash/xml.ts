const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

// XML 1.0 §2.2 has no way to write these, escaped or not.
const forbidden = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu

export const escapeXml = (text: string): string =>
  text.replace(forbidden, '').replace(/[&<>"]/g, (character) => entities[character] ?? character)

/** An element; attributes that are `null` are left out, and children are XML already. */
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

/** The value of the first attribute of that name, as it is written. */
export const attributeIn = (xml: string, name: string): string | undefined =>
  new RegExp(` ${name}="([^"]*)"`).exec(xml)?.[1]

/** Seconds as an xs:duration (XML Schema 2 §3.2.6), to the microsecond. */
export const xmlDuration = (seconds: number): string => `PT${seconds.toFixed(6).replace(/\.?0+$/, '')}S`
