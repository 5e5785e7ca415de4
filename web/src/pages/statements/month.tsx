/** One month of a book: what its statement says, what was posted since, and what it costs as known now. */

import { useMemo } from "react";
import { addressOf } from "../../api/client";
import { useAsked } from "../../api/hooks";
import type { Closing, ComparedKey, StatementMonth } from "../../api/schema";
import { Title, Tools } from "../../frame/page";
import { Section } from "../../frame/section";
import { Share } from "../../frame/share";
import { Outcome } from "../../states/outcome";
import { Loading } from "../../states/screens";
import type { Column } from "../../table/columns";
import { PathName } from "../../table/name";
import { SideTable } from "../../table/side";
import type { View } from "../../url";
import { keyWords } from "../../words/names";
import { whenOf } from "../../words/window";
import { Amount } from "./amounts";
import { CloseMonth } from "./close";
import { MonthMark, monthWords } from "./month-words";
import { Verified } from "./statements";

const MOST_KEYS = 2000;

export function Statement({ view }: { view: View }) {
  const [book = "", month = ""] = view.path;
  const path = `api/v1/statements/${encodeURIComponent(book)}/${encodeURIComponent(month)}`;
  const address = addressOf(path, { limit: `${MOST_KEYS}` });
  const asked = useAsked<StatementMonth>(address);
  return (
    <>
      <Tools>
        <Share view={view} address={address} />
      </Tools>
      <Title under={`Book ${book} · months are in UTC`}>{`Statement, ${monthWords(month)}`}</Title>
      <Outcome asked={asked} view={view} waiting={<Loading chart={false} rows={8} />}>
        {(found) => <Found found={found} path={path} address={address} />}
      </Outcome>
    </>
  );
}

function Found({ found, path, address }: { found: StatementMonth; path: string; address: string }) {
  const closed = found.month.statements.length > 0;
  return (
    <>
      <Standing found={found} />
      {closed ? <Verified book={found.book} /> : <CloseMonth found={found} path={path} address={address} />}
      <Section
        title="In all"
        note={closed ? "Statement + posted since + not posted = now, for every line." : ""}
      >
        <SideTable
          label="In all"
          columns={columnsOf(closed, "currency")}
          rows={found.totals.map((sums) => ({ ...sums, name: sums.currency, row: "total", key: {} }))}
          rowId={(sums) => sums.currency}
          sorted="name"
        />
      </Section>
      <Keys found={found} closed={closed} />
      {closed ? <Files path={path} /> : null}
      {found.month.statements.map((one) => <ClosingFacts key={one.id} closing={one} />).reverse()}
    </>
  );
}

function Standing({ found }: { found: StatementMonth }) {
  const { state, waiting, statements } = found.month;
  const newest = statements.at(-1);
  return (
    <div className="stack">
      <p>
        <MonthMark state={state} />
        {newest ? `, ${whenOf(newest.closed_at, new Date().toISOString())} by ${newest.closed_by}` : ""}
        {newest?.accepted ? ` · accepted: ${newest.accepted}` : ""}
        {found.kept ? "" : " · the tables do not keep this month any more: now is what was said and posted"}
      </p>
      {waiting.length > 0 ? (
        <div className="notice notice-watch">
          <div>
            <p>
              <strong>Waits for</strong>
            </p>
            <ul className="plain">
              {waiting.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </div>
        </div>
      ) : null}
    </div>
  );
}

function Keys({ found, closed }: { found: StatementMonth; closed: boolean }) {
  const columns = useMemo(() => columnsOf(closed, "key"), [closed]);
  const more = found.key_count - found.keys.length;
  return (
    <Section
      title={`By ${found.aggregate.map(keyWords).join(", ") || "all"}`}
      note={more > 0 ? `${more} more are in the files and the API.` : ""}
    >
      <SideTable
        label="Keys of the month"
        columns={columns}
        rows={found.keys}
        rowId={(one) => `${one.row} ${one.currency} ${one.name}`}
        sorted={closed ? "-closed" : "-live"}
      />
    </Section>
  );
}

function columnsOf(closed: boolean, first: "key" | "currency"): readonly Column<ComparedKey>[] {
  const amount = (
    id: "closed" | "posted" | "live" | "unposted",
    title: string,
    meaning: string,
    rank: number,
    signed = false,
  ): Column<ComparedKey> => ({
    id,
    title,
    meaning,
    align: "end",
    width: 7,
    rank,
    idle: !closed && id !== "live",
    value: (one) => Number(one[id]),
    cell: (one) => <Amount text={one[id]} currency={one.currency} signed={signed} />,
  });
  return [
    {
      id: "name",
      title: first === "key" ? "Key" : "Currency",
      rank: 0,
      value: (one) => one.name,
      cell: (one) => <PathName parts={one.name ? one.name.split("/") : ["everything"]} to={null} />,
    },
    amount("closed", "Statement", "what the newest statement of the month says", 0),
    amount("posted", "Posted since", "posted for it in later statements", 2, true),
    amount("live", "Now", "what it costs as known now", 0),
    amount("unposted", "Not posted", "known and too small to be posted, or not yet", 1, true),
  ];
}

function Files({ path }: { path: string }) {
  const of = (format: string) => addressOf(path, { format });
  return (
    <p className="controls">
      <a className="button" href={of("csv")} download>
        CSV
      </a>
      <a className="button" href={of("parquet")} download>
        Parquet
      </a>
      <a className="button" href={of("meta")} download>
        What it was made of
      </a>
      <button type="button" className="button" onClick={() => window.print()}>
        Print
      </button>
    </p>
  );
}

function ClosingFacts({ closing }: { closing: Closing }) {
  const facts: readonly (readonly [string, string])[] = [
    ["Number in the book", `${closing.number}`],
    ["Closed", `${closing.closed_at.replace("T", " ").replace("Z", "")} UTC by ${closing.closed_by}`],
    ["Accepted", closing.accepted],
    ["Closed again because", closing.reason],
    ["Missing then", closing.gaps.join("; ")],
    ["Bills then", closing.bills.join("; ")],
    ["Exchange rates", closing.rates],
    ["Checksum of the lines", closing.sha256],
  ];
  return (
    <Section title={`Statement ${closing.id}`}>
      <dl className="definitions">
        {facts
          .filter(([, words]) => words)
          .map(([name, words]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="words">{words}</dd>
            </div>
          ))}
      </dl>
      {closing.differences.length > 0 ? <Posted closing={closing} /> : null}
    </Section>
  );
}

function Posted({ closing }: { closing: Closing }) {
  type Difference = Closing["differences"][number];
  const amount = (
    id: "posted" | "coverage" | "bill" | "rates" | "unposted",
    title: string,
    rank: number,
  ): Column<Difference> => ({
    id,
    title,
    align: "end",
    width: 7,
    rank,
    value: (one) => Number(one[id]),
    cell: (one) => <Amount text={one[id]} currency={one.currency} signed />,
  });
  const columns: readonly Column<Difference>[] = [
    { id: "month", title: "For", rank: 0, value: (one) => one.month, cell: (one) => monthWords(one.month) },
    amount("posted", "Posted", 0),
    amount("coverage", "Sets", 2),
    amount("bill", "Bills", 2),
    amount("rates", "Exchange rates", 2),
    amount("unposted", "Not posted", 3),
  ];
  return (
    <SideTable
      label="Posted for earlier months"
      columns={columns}
      rows={closing.differences}
      rowId={(one) => `${one.month} ${one.currency}`}
      sorted="-month"
    />
  );
}
