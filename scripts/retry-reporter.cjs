const { appendFileSync } = require('node:fs')
const { reporters } = require('mocha')

/** The spec reporter of Mocha, which also writes each failure to the file FAILED_TESTS, one JSON object a line. */
module.exports = class RetryReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.on('fail', (test, error) => {
      const failure = {
        file: test.file ?? test.parent?.file,
        title: test.fullTitle(),
        message: error.message,
      }
      appendFileSync(process.env.FAILED_TESTS, `${JSON.stringify(failure)}\n`)
    })
  }
}
