/**
 * Counts the turns of the event loop while the tests of this suite run. Returns a function that returns the
 * count so far; within one turn it always returns the same count. Counting starts in a hook of the suite: if
 * it started when the file is loaded, it would keep a processor busy until all earlier files have run.
 */
export const countEventLoopTurns = (): (() => number) => {
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
