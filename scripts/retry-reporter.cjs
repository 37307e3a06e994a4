const { reporters } = require('mocha')

/** The spec reporter of Mocha, which also prints why a test is retried. */
module.exports = class RetryReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.on('retry', (test, error) => console.log(`    FAILED ONCE: ${test.fullTitle()}: ${error.message}`))
  }
}
