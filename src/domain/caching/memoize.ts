/**
 * Memoizes a pure function of a text. Results for the most recent texts are kept: up to `maxLength`
 * characters of text in total, but at least one result. Equal texts get the same object, so callers must not
 * modify a result.
 */
export const memoize = <A>(maxLength: number, read: (text: string) => A): ((text: string) => A) => {
  // A Map has the order of insertion, and each use inserts the entry again: the first is the least recently
  // used.
  const answers = new Map<string, { readonly answer: A }>()
  let length = 0

  const forgetOldest = (): void => {
    const [oldest] = answers.keys()
    if (oldest === undefined) return
    answers.delete(oldest)
    length -= oldest.length
  }

  return (text) => {
    const cached = answers.get(text)
    const entry = cached ?? { answer: read(text) }
    if (cached === undefined) length += text.length
    answers.delete(text)
    answers.set(text, entry)
    while (length > maxLength && answers.size > 1) forgetOldest()
    return entry.answer
  }
}
