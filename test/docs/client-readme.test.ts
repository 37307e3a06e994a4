import { expect } from 'chai'
import { filesBelow, readText } from '../support/contract.ts'

describe('the README of the typed client', () => {
  it('shows the examples as they are, which the compiler checks', () => {
    const readme = readText('clients/typescript/README.md')
    const examples = filesBelow(['clients/typescript/examples'], /(?<!\.d)\.tsx?$/)
    expect(examples).to.have.length(7)
    for (const file of examples)
      expect(readme.includes(`\n\`\`\`${file.split('.').at(-1)}\n${readText(file)}\`\`\`\n`), file).to.equal(
        true,
      )
  })
})
