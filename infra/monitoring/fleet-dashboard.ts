/** The Grafana dashboard of a fleet, by Grafana's own builders. */

import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { type Panel, rows } from './panels.ts';

const source = { type: 'prometheus', uid: '$source' };

function panelOf({ title, description, unit, queries }: Panel): PanelBuilder {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .min(0)
    .datasource(source)
    .span(8)
    .height(8);
  queries.forEach(({ expression, legend }, index) => {
    panel.withTarget(
      new DataqueryBuilder()
        .expr(expression)
        .legendFormat(legend)
        .refId(String.fromCharCode(65 + index)),
    );
  });
  return panel;
}

export function fleetDashboard(): Dashboard {
  const dashboard = new DashboardBuilder('Gradline: the fleet')
    .uid('gradline-fleet')
    .tags(['gradline'])
    .refresh('30s')
    .time({ from: 'now-6h', to: 'now' })
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('source').label('Prometheus').type('prometheus'));
  for (const { title, panels } of rows) {
    dashboard.withRow(new RowBuilder(title));
    for (const panel of panels) dashboard.withPanel(panelOf(panel));
  }
  return dashboard.build();
}
