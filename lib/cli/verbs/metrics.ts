/** Prints what a monitoring of one's own needs: alert rules for Prometheus, a dashboard for Grafana. */
import { exits, parse, print, usage } from '../command'
import type { Command } from '../command'
import { dashboardText } from '../monitoring/dashboard'
import { rulesText } from '../monitoring/rules'

export const metrics: Command = {
  help: `usage: npm run --silent snapproof -- metrics --rules >snapproof-rules.yml
       npm run --silent snapproof -- metrics --dashboard >snapproof-dashboard.json

Prints what belongs to the figures at /status/metrics. Nothing is asked, and no setting is needed.

  --rules      alert rules for Prometheus: name the file under rule_files in prometheus.yml
  --dashboard  a dashboard for Grafana: Dashboards, New, Import`,
  run: async (args) => {
    const { values, positionals } = parse(args, {
      rules: { type: 'boolean' },
      dashboard: { type: 'boolean' },
    })
    if (positionals.length > 0 || values.rules === values.dashboard)
      throw usage('It takes one of two options.', 'Say --rules or --dashboard.')
    print(values.rules ? rulesText().trimEnd() : dashboardText())
    return exits.sound
  },
}
