/**
 * Counts the turns of the event loop while the tests of this suite run, and gives the number so far: the same to
 * all who ask in one turn. It belongs to the hooks of the suite: begun when a file is read, it would go on
 * turning the loop, and keep a processor busy, until every file before it is through.
 */
export const countTurns = (): (() => number) => {
  let turns = 0
  let isOver = false
  const count = () => {
    turns++
    if (!isOver) setImmediate(count)
  }
  before(() => setImmediate(count))
  after(() => {
    isOver = true
  })
  return () => turns
}
