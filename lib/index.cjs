// What `import 'snapproof'` and `require('snapproof')` load: the functions of lib/cli/api.ts. index.d.cts
// tells what each takes and gives.
'use strict'
const path = require('node:path')

const { bundle } = require('./cli/bundle.cjs')

const root = path.resolve(__dirname, '..')
bundle(root, { api: 'lib/cli/api.ts' })
const functions = require(path.join(root, '.build/api.cjs')).functionsAt(root)
// One line each: Node finds the names for `import { verify }` by reading, not by running.
exports.verify = functions.verify
exports.list = functions.list
exports.plan = functions.plan
exports.status = functions.status
exports.drill = functions.drill
exports.report = functions.report
exports.evidence = functions.evidence
