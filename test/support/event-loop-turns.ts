/**
 * Counts the turns of the event loop while the tests of this suite run; returns the count so far, which is
 * the same for all calls in one turn. Runs only between the hooks of the suite: started when the file is
 * loaded, it would keep a processor busy until all files before it have run.
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
