/** The bills beside what the clusters used: how far they are final, where every part of them went, and what fits nowhere. */
import { addressOf } from "../../api/client";
import { useAsked } from "../../api/hooks";
import { ProblemError } from "../../api/problem";
import type { Reconciled } from "../../api/schema";
import { WindowChoice } from "../../controls/window";
import { Title, Tools } from "../../frame/page";
import { Section } from "../../frame/section";
import { Share } from "../../frame/share";
import { Outcome } from "../../states/outcome";
import { SideTable } from "../../table/side";
import type { View } from "../../url";
import { datesOf, windowWords } from "../../words/window";
import { NoBills } from "../cloud/no-bills";
import { BILLS, LOOSE_ASSETS, LOOSE_ROWS, outcomeColumns } from "./columns";
import { finalWords } from "./final";

export function Bill({ view }: { view: View }) {
  const address = addressOf("api/v1/reconciliation", { window: view.window });
  const asked = useAsked<Reconciled>(address);
  const unknown = asked.error instanceof ProblemError && asked.error.kind === "not found";
  const none = unknown || asked.data?.completeness.length === 0;
  return (
    <>
      <Tools>
        <Share view={view} address={address} window={asked.data?.window} />
      </Tools>
      <Title
        under={
          asked.data ? `${datesOf(asked.data.window)} UTC · as the clouds bill it` : "As the clouds bill it"
        }
      >
        {`Bill and clusters, ${windowWords(view.window)}`}
      </Title>
      {none ? (
        <NoBills />
      ) : (
        <>
          <div className="controls">
            <WindowChoice view={view} answered={asked.data?.window} />
          </div>
          <Outcome asked={asked} view={view}>
            {(report) => <Report report={report} />}
          </Outcome>
        </>
      )}
    </>
  );
}

function Report({ report }: { report: Reconciled }) {
  return (
    <>
      <p className="notice">{finalWords(report.completeness)}</p>
      <Section title="Bills that are read">
        <Rows
          label="Bills that are read"
          columns={BILLS}
          rows={report.completeness}
          rowId={(bill) => bill.integration}
          sorted="integration"
        />
      </Section>
      {report.bills.map(({ currency, closes }) => (
        <Section key={currency} title={`Where the ${currency} went`}>
          {closes ? null : <p className="notice notice-watch">These parts do not add up to the bill.</p>}
          <Rows
            label={`Where the ${currency} went`}
            columns={outcomeColumns(report, currency)}
            rows={report.outcomes.filter((one) => one.currency === currency)}
            rowId={(one) => one.outcome}
            sorted="-cost"
            totals
          />
        </Section>
      ))}
      <Section
        title="Dearest rows of the bill on no asset"
        note="Highest cost first; the API has all of them."
      >
        <Rows
          label="Dearest rows of the bill on no asset"
          columns={LOOSE_ROWS}
          rows={report.unmatched_rows}
          rowId={(row) => [row.integration, row.provider_id, row.service, row.usage_type, row.rule].join(" ")}
          sorted="-cost"
        />
      </Section>
      <Section
        title="Assets that stay at list price"
        note="On days that have a bill: no row of it names them, or it has not come far enough."
      >
        <Rows
          label="Assets that stay at list price"
          columns={LOOSE_ASSETS}
          rows={report.unmatched_assets}
          rowId={(one) => [one.cluster, one.type, one.name, one.outcome].join(" ")}
          sorted="-cost"
        />
      </Section>
    </>
  );
}

function Rows<Row>(props: Parameters<typeof SideTable<Row>>[0]) {
  if (props.rows.length === 0) return <p className="muted">None in this window.</p>;
  return <SideTable {...props} />;
}
