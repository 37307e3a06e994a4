/**
 * The same pure function, which remembers what it gave for the texts that it was asked last: of `maxLength` characters
 * together, and of one at least. Equal texts get the very same answer, so an answer is not to be changed.
 */
export const memoize = <A>(maxLength: number, read: (text: string) => A): ((text: string) => A) => {
  // A Map keeps its entries in the order in which they were set: the first is the one asked least lately.
  const answers = new Map<string, { readonly answer: A }>()
  let length = 0

  const forgetOldest = (): void => {
    const [oldest] = answers.keys()
    if (oldest === undefined) return
    answers.delete(oldest)
    length -= oldest.length
  }

  return (text) => {
    const known = answers.get(text)
    const remembered = known ?? { answer: read(text) }
    if (known === undefined) length += text.length
    answers.delete(text)
    answers.set(text, remembered)
    while (length > maxLength && answers.size > 1) forgetOldest()
    return remembered.answer
  }
}
