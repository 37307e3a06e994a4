/**
 * The same pure function, which remembers what it gave for the `max` texts that it was asked last. Equal texts get
 * the very same answer, so an answer is not to be changed.
 */
export const remembering = <A>(max: number, read: (text: string) => A): ((text: string) => A) => {
  // A Map keeps its entries in the order in which they were set: the first is the one asked least lately.
  const answers = new Map<string, { readonly answer: A }>()

  return (text) => {
    const known = answers.get(text) ?? { answer: read(text) }
    answers.delete(text)
    answers.set(text, known)
    const [oldest] = answers.keys()
    if (answers.size > max && oldest !== undefined) answers.delete(oldest)
    return known.answer
  }
}
