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
export const element = (
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
