// Compares replies with those that a document shows. In the document, `…` in a text stands for any characters, the last
// element `"…"` of a list for further elements, and the member `"…"` of an object for further members. Numbers are
// examples: any number is right.

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const isLike = (shown, text) => new RegExp(`^${shown.split('…').map(escaped).join('.*')}$`, 's').test(text)

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

const listFault = (shown, actual, place) => {
  const isOpen = shown.at(-1) === '…'
  const elements = isOpen ? shown.slice(0, -1) : shown
  if (isOpen ? actual.length < elements.length : actual.length !== elements.length)
    return `${place} has ${actual.length} elements`
  return elements
    .map((element, i) => valueFault(element, actual[i], `${place}/${i}`))
    .find((fault) => fault !== null)
}

const objectFault = (shown, actual, place) => {
  const { '…': rest, ...members } = shown
  const unknown = rest === undefined && Object.keys(actual).find((name) => !(name in members))
  if (unknown) return `${place} also has ${unknown}`
  return Object.entries(members)
    .map(([name, member]) => valueFault(member, actual[name], `${place}/${name}`))
    .find((fault) => fault !== null)
}

/** Returns where a value differs from the one that is shown; `null` if it does not. */
const valueFault = (shown, actual, place = '') => {
  if (Array.isArray(shown) && Array.isArray(actual)) return listFault(shown, actual, place) ?? null
  if (isObject(shown) && isObject(actual)) return objectFault(shown, actual, place) ?? null
  if (typeof shown === 'number' && typeof actual === 'number') return null
  if (typeof shown === 'string' && typeof actual === 'string' && isLike(shown, actual)) return null
  return shown === actual ? null : `${place || 'the reply'} is ${JSON.stringify(actual)}`
}

/** Returns the last line of JSON in the output of an example. Replies end without a line break. */
const lastReply = (output) => {
  const starts = [...output.matchAll(/\{"/g)].map(({ index }) => index)
  for (const start of starts)
    try {
      const value = JSON.parse(output.slice(start))
      return value
    } catch {
      // Another reply begins before this one.
    }
  return undefined
}

const linesFault = (shown, output) => {
  const lines = output.split(/\r?\n/)
  let from = 0
  for (const line of shown.trimEnd().split('\n')) {
    const at = lines.findIndex((actual, i) => i >= from && isLike(line, actual))
    if (at === -1) return `no line like ${line}`
    from = at + 1
  }
  return null
}

/** Returns what differs between the output of an example and the reply that is shown; `null` if nothing does. */
export const replyFault = ({ language, text }, output) =>
  language === 'json' ? valueFault(JSON.parse(text), lastReply(output)) : linesFault(text, output)
